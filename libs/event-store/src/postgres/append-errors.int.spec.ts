import pg from 'pg';
import { NO_STREAM, type EventStore } from '../port.js';
import { eventually, idsOf, StreamWriter } from '../testing/stream-writer.js';
import { queryAsOwner, freshDatabase, type Database } from '../testing/fresh-database.js';
import { openPostgresEventStore } from './open-event-store.js';
import type { PostgresOptions } from './options.js';
import { countOf, expectDensePositions, expectStored } from '../testing/append-until-known.js';

let database: Database;
const opened: EventStore[] = [];
const retries: unknown[] = [];

async function open(options: PostgresOptions = {}): Promise<EventStore> {
  const store = await openPostgresEventStore(
    database.url,
    { backoffMsMin: 5, backoffMsMax: 40, appendMsMax: 3_000, ...options },
    { callRetried: (cause) => void retries.push(cause) },
  );
  opened.push(store);
  return store;
}

/** Makes the first inserts of events fail. A sequence counts them, because a rollback does not undo it. */
async function failInserts(times: number, sqlState: string): Promise<void> {
  await queryAsOwner(
    database.url,
    `create sequence public.failures;
     grant usage on sequence public.failures to public;
     create function public.fail() returns trigger language plpgsql as $$
     begin
       if nextval('public.failures') <= ${times} then
         raise exception 'simulated' using errcode = '${sqlState}';
       end if;
       return null;
     end $$;
     create trigger fail before insert on event_store.events
       for each statement execute function public.fail()`,
  );
}

beforeEach(async () => {
  retries.length = 0;
  database = await freshDatabase();
});
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
  await database.drop();
});

describe('a transient error of Postgres', () => {
  it.each([
    ['serialization failure', '40001'],
    ['deadlock', '40P01'],
    ['lock not available', '55P03'],
    ['disk full', '53100'],
    ['out of memory', '53200'],
    ['I/O error', '58030'],
  ])('%s: the whole batch is retried', async (_what, sqlState) => {
    const store = await open();
    await failInserts(3, sqlState);
    const writers = Array.from({ length: 40 }, () => new StreamWriter());
    const written = await Promise.all(writers.map((writer) => writer.append(store, 2)));
    expect(retries).toHaveLength(3);
    for (const [i, writer] of writers.entries())
      await expectStored(store, writer, idsOf(written[i] ?? []));
    expect(await expectDensePositions(store)).toBe(80);
  });

  it('that outlasts the timeout of an append leaves it unknown and unwritten', async () => {
    const store = await open({ appendMsMax: 150 });
    await failInserts(1_000_000, '53100');
    const writer = new StreamWriter();
    expect(await store.append(writer.stream, NO_STREAM, writer.next())).toMatchObject({
      kind: 'unknown',
      cause: { code: '53100' },
    });
    expect(await countOf(store, writer.stream)).toBe(0);
    expect(await store.head()).toBeNull();
  });

  it('read-only: appends wait until the server accepts writes again', async () => {
    const store = await open();
    const name = new URL(database.url).pathname.slice(1);
    await queryAsOwner(
      database.url,
      `alter database ${name} set default_transaction_read_only = on`,
    );
    const writer = new StreamWriter();
    const waiting = writer.append(store, 2);
    await eventually('the call was retried', () => retries.length > 0);
    expect(retries[0]).toMatchObject({ code: '25006' });
    await queryAsOwner(
      database.url,
      `begin read write;
       alter database ${name} reset default_transaction_read_only;
       commit`,
    );
    await expectStored(store, writer, idsOf(await waiting));
  });

  it.each<[string, PostgresOptions, string]>([
    ['lock timeout', { lockMsMax: 50 }, '55P03'],
    ['statement timeout', { statementMsMax: 50, lockMsMax: 0 }, '57014'],
  ])('%s: retried until the lock is free', async (_what, options, sqlState) => {
    const store = await open(options);
    const holder = new pg.Client({ connectionString: database.url });
    await holder.connect();
    await holder.query('begin; select from event_store.head for update');
    const writer = new StreamWriter();
    const waiting = writer.append(store);
    await eventually('the call was retried', () => retries.length > 0);
    expect(retries[0]).toMatchObject({ code: sqlState });
    await holder.query('rollback');
    await holder.end();
    await expectStored(store, writer, idsOf(await waiting));
  });
});

describe('a permanent error of Postgres', () => {
  it('fails one append, and the others of its batch are written', async () => {
    const store = await open();
    const bad = new StreamWriter();
    const good = Array.from({ length: 30 }, () => new StreamWriter());
    const early = good.slice(0, 15).map((writer) => writer.append(store));
    const refused = store.append(
      bad.stream,
      NO_STREAM,
      bad.next(1, () => 'a null \0 byte'),
    );
    const late = good.slice(15).map((writer) => writer.append(store));
    await expect(refused).rejects.toMatchObject({
      name: 'PermanentStoreError',
      code: 'invalid-event',
    });
    await Promise.all([...early, ...late]);
    expect(await expectDensePositions(store)).toBe(30);
  });

  it.each([
    [
      'access-denied',
      'revoke execute on function event_store.append_events from points_ledger_writer',
    ],
    ['misconfigured', 'drop function event_store.append_events'],
  ])('is reported as %s', async (code, sql) => {
    const store = await open();
    await queryAsOwner(database.url, sql);
    const writer = new StreamWriter();
    await expect(store.append(writer.stream, NO_STREAM, writer.next())).rejects.toMatchObject({
      name: 'PermanentStoreError',
      code,
    });
  });

  it('is an id that is not a UUID, or a hash of another length', async () => {
    const store = await open();
    const writer = new StreamWriter();
    const [event] = writer.next();
    for (const bad of [
      { ...event, id: 'e-1' },
      { ...event, hash: new Uint8Array(31) },
    ]) {
      await expect(store.append(writer.stream, NO_STREAM, [bad])).rejects.toMatchObject({
        code: 'invalid-event',
      });
    }
  });
});

describe('the queue of appends', () => {
  it('is bounded: callers wait for capacity, and all are answered', async () => {
    const store = await open({ queueAppendsMax: 5, batchAppendsMax: 3, concurrentBatches: 1 });
    const writers = Array.from({ length: 200 }, () => new StreamWriter());
    await Promise.all(writers.map((writer) => writer.append(store)));
    expect(await expectDensePositions(store)).toBe(200);
  });

  it('answers a caller for whom there was no capacity in time', async () => {
    const store = await open({
      queueAppendsMax: 1,
      batchAppendsMax: 1,
      concurrentBatches: 1,
      appendMsMax: 100,
    });
    const holder = new pg.Client({ connectionString: database.url });
    await holder.connect();
    await holder.query('begin; select from event_store.head for update');
    const writers = Array.from({ length: 6 }, () => new StreamWriter());
    const sends = writers.map((writer) => store.append(writer.stream, NO_STREAM, writer.next()));
    expect(await sends[5]).toMatchObject({ kind: 'unknown' });
    await holder.query('rollback');
    await holder.end();
    const kinds = (await Promise.all(sends)).map((result) => result.kind);
    expect(kinds[0]).toBe('ok');
    expect(await expectDensePositions(store)).toBe(kinds.filter((kind) => kind === 'ok').length);
  });

  it('is written before the store closes, and nothing after', async () => {
    const store = await open({ batchAppendsMax: 2 });
    const writers = Array.from({ length: 20 }, () => new StreamWriter());
    const sends = writers.map((writer) => store.append(writer.stream, NO_STREAM, writer.next()));
    await store.close();
    for (const send of sends) expect(await send).toMatchObject({ kind: 'ok' });
    const writer = new StreamWriter();
    expect(await store.append(writer.stream, NO_STREAM, writer.next())).toMatchObject({
      kind: 'unknown',
    });
    expect(await expectDensePositions(await open())).toBe(20);
  });
});
