import pg from 'pg';
import { runMigrations } from '#migrations';
import { NO_STREAM, type EventStore } from '../port.js';
import { freshDatabase, queryAsOwner, type Database } from '../testing/fresh-database.js';
import { expectDensePositions } from '../testing/append-until-known.js';
import { collect, eventually, readVerified, StreamWriter } from '../testing/stream-writer.js';
import { appendCall, type Appended } from './append-call.js';
import {
  describeEventStoreMigrations,
  finishEventStoreMigration,
  migrateEventStore,
} from './migrate.js';
import { EVENT_STORE_PLAN } from './migrations/index.js';
import { openPostgresEventStore } from './open-event-store.js';

/** The last migration of builds from before the partitions. */
const OLD_SCHEMA = 7;

let database: Database;
const run = (sql: string) => queryAsOwner(database.url, sql);

beforeEach(async () => {
  database = await freshDatabase();
  await migrateEventStore(database.url, { upTo: OLD_SCHEMA });
});
afterEach(() => database.drop());

/** Appends as builds from before the partitions do, and reads as they do. */
class OldBuild {
  readonly #client = new pg.Client({ connectionString: database.url });

  async connect(): Promise<this> {
    this.#client.on('error', () => {});
    await this.#client.connect();
    return this;
  }

  async append(writer: StreamWriter, count = 1): Promise<void> {
    const events = writer.next(count);
    const call = appendCall([{ stream: writer.stream, expected: writer.revision, events }]);
    const { rows } = await this.#client.query<Appended>(call);
    expect(rows[0]).toMatchObject({ answers: null });
    writer.advance(events);
  }

  async revisions(stream: string): Promise<readonly number[]> {
    const { rows } = await this.#client.query<{ revision: string }>({
      name: 'forwards',
      text: `select revision from event_store.events
        where stream = $1 and revision >= $2 order by revision limit $3`,
      values: [stream, 0, 500],
    });
    return rows.map(({ revision }) => Number(revision));
  }

  end(): Promise<void> {
    return this.#client.end();
  }
}

async function writeAsOldBuild(writers: readonly StreamWriter[], count = 2): Promise<void> {
  const old = await new OldBuild().connect();
  for (const writer of writers) await old.append(writer, count);
  await old.end();
}

const newWriters = (count: number) => Array.from({ length: count }, () => new StreamWriter());

async function withStore<T>(use: (store: EventStore) => Promise<T>): Promise<T> {
  const store = await openPostgresEventStore(database.url);
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

/** All that a schema consists of, except what differs by the number of events. */
async function schemaOf(url: string): Promise<readonly unknown[]> {
  return queryAsOwner(
    url,
    `select c.relname::text as name, c.relkind::text as kind, c.reloptions::text as options,
       array(select attname || ' ' || format_type(atttypid, atttypmod) || ' ' || attnotnull
         from pg_attribute where attrelid = c.oid and attnum > 0 order by attnum)::text as columns,
       array(select conname || ' ' || pg_get_constraintdef(oid) from pg_constraint
         where conrelid = c.oid and contype <> 'n' order by conname)::text as constraints,
       array(select regexp_replace(pg_get_indexdef(indexrelid), 'INDEX \\S+', '') from pg_index
         where indrelid = c.oid order by 1)::text as indexes,
       array(select tgname || ' ' || pg_get_triggerdef(oid) from pg_trigger
         where tgrelid = c.oid order by 1)::text as triggers
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'event_store' and c.relkind in ('r', 'p')
     union all
     select proname::text, 'function', null, null, null, null, md5(pg_get_functiondef(p.oid))
     from pg_proc p join pg_namespace n on n.oid = p.pronamespace
     where n.nspname = 'event_store' order by name, kind`,
  );
}

describe('The migration to partitions', () => {
  it('keeps every event and the place of each, and streams go on', async () => {
    const writers = newWriters(20);
    await writeAsOldBuild(writers);
    await withStore(async (store) => {
      for (const { stream } of writers) expect(await readVerified(store, stream)).toHaveLength(2);
      const [first, second] = writers;
      if (first === undefined || second === undefined) throw new Error('there is no writer');
      const stale = new StreamWriter(first.stream);
      expect(await store.append(stale.stream, NO_STREAM, stale.next())).toEqual({
        kind: 'conflict',
        actual: 1,
      });
      for (const writer of writers) await writer.append(store, 3);
      for (const { stream } of writers) expect(await readVerified(store, stream)).toHaveLength(5);
      const last = await collect(store.readStream(second.stream, { backwards: true, limit: 1 }));
      expect(last).toMatchObject([{ revision: 4 }]);
      expect(await expectDensePositions(store)).toBe(100);
    });
  });

  it('recognises an append from before when it is sent again', async () => {
    const writer = new StreamWriter();
    const events = writer.next(2);
    const old = new StreamWriter(writer.stream);
    await queryAsOwner(
      database.url,
      'select event_store.append_events($1, $2, $3, $4, $5, $6, $7, $8, $9)',
      appendCall([{ stream: old.stream, expected: NO_STREAM, events }]).values,
    );
    await withStore(async (store) => {
      expect(await store.append(writer.stream, NO_STREAM, events)).toEqual({
        kind: 'ok',
        revision: 1,
        position: 'postgres:0000000000000002',
      });
    });
  });

  it('ends in the schema of a new database', async () => {
    await writeAsOldBuild(newWriters(3));
    await migrateEventStore(database.url);
    await finishEventStoreMigration(database.url);
    const fresh = await freshDatabase();
    try {
      await migrateEventStore(fresh.url);
      expect(await schemaOf(database.url)).toEqual(await schemaOf(fresh.url));
    } finally {
      await fresh.drop();
    }
  });

  it('goes on beside older builds that append and read, and beside readers', async () => {
    const old = await new OldBuild().connect();
    const writers = newWriters(10);
    await writeAsOldBuild(writers);
    let isDone = false;
    let reads = 0;
    const appending = (async () => {
      while (!isDone) {
        for (const writer of writers) await old.append(writer);
        const [{ stream, revision } = new StreamWriter()] = writers;
        expect(await old.revisions(stream)).toHaveLength(revision + 1);
        reads += 1;
      }
    })();
    await migrateEventStore(database.url);
    const readsBefore = reads;
    await eventually('older builds go on', () => reads > readsBefore + 3);
    isDone = true;
    await appending;
    await old.end();
    await withStore(async (store) => {
      for (const writer of writers) {
        await writer.append(store);
        expect(await readVerified(store, writer.stream)).toHaveLength(writer.revision + 1);
      }
    });
  });

  it('waits for a long reader without holding up appends, and says for whom it waits', async () => {
    await writeAsOldBuild(newWriters(3));
    const reader = new pg.Client({
      connectionString: database.url,
      application_name: 'a long report',
    });
    await reader.connect();
    const lines: string[] = [];
    await reader.query('begin; select count(*) from event_store.events');
    const migrating = migrateEventStore(database.url, { report: (line) => lines.push(line) });
    const old = await new OldBuild().connect();
    const writer = new StreamWriter();
    await eventually('it waits', async () => {
      await old.append(writer);
      return writer.revision > 20;
    });
    await reader.query('commit');
    await reader.end();
    await migrating;
    await old.end();
    const text = lines.join('\n');
    expect(text).toMatch(
      /waiting for the transaction of process \d+ \(a long report\), open since/,
    );
    expect(text).toContain('events: checked');
    await withStore((store) => readVerified(store, writer.stream));
  });

  it.each([
    ['while an index is built', 'event_store.events_1_of_account', 'create index concurrently'],
    ['before all positions are checked', 'event_store.events_1_of_stream', 'lock table'],
  ])('is repeated after it was killed %s', async (_when, index, statement) => {
    await writeAsOldBuild(newWriters(5));
    const reader = new pg.Client({ connectionString: database.url });
    await reader.connect();
    // Each step waits for this one: the building of indexes, and the lock for the exchange.
    await reader.query(
      'begin isolation level repeatable read; select count(*) from event_store.events',
    );
    const killed = migrateEventStore(database.url).catch((error: unknown) => error);
    if (statement === 'lock table') {
      await eventually('the indexes wait', async () => (await pidOf('create index')) !== null);
      await reader.query('commit; begin');
      await reader.query('select count(*) from event_store.events');
    }
    await eventually(`${index} is there`, async () => {
      const [found] = await run(`select to_regclass('${index}') is not null as is_there`);
      return found?.['is_there'] === true;
    });
    const pid = await eventuallyPid();
    await run(`select pg_terminate_backend(${pid})`);
    expect(await killed).toBeInstanceOf(Error);
    await reader.end();
    const writer = new StreamWriter();
    await writeAsOldBuild([writer]);
    await withStore(async (store) => {
      expect(await readVerified(store, writer.stream)).toHaveLength(2);
      expect(await expectDensePositions(store)).toBe(12);
    });
    const [left] = await run(`select count(*)::int as invalid from pg_index where not indisvalid`);
    expect(left).toEqual({ invalid: 0 });
  });

  it('leaves no boundary that an earlier run set too near, and that ended before its exchange', async () => {
    await writeAsOldBuild(newWriters(5));
    await run(
      'alter table event_store.events add constraint events_1_positions check (position < 11)',
    );
    await withStore(async (store) => {
      await new StreamWriter().append(store, 5);
      expect(await expectDensePositions(store)).toBe(15);
    });
    expect(await run('select end_position::int from event_store.partitioning')).toEqual([
      { end_position: 2_097_153 },
    ]);
  });

  it('does not scan the events again while all wait for the exchange', async () => {
    await writeAsOldBuild(newWriters(5));
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const notices: string[] = [];
    client.on('notice', ({ message }) => notices.push(message ?? ''));
    await client.query('set client_min_messages = debug1');
    await runMigrations(client, EVENT_STORE_PLAN);
    await client.end();
    expect(notices.filter((notice) => notice.includes('events_1'))).toContain(
      'partition constraint for table "events_1" is implied by existing constraints',
    );
  });

  it('says what it is going to do, for how long, and to make a backup', async () => {
    await writeAsOldBuild(newWriters(3));
    const text = (await describeEventStoreMigrations(database.url)).join('\n');
    expect(text).toMatch(/event store, migration 8: partitions/);
    expect(text).toMatch(/about \d+ seconds/);
    expect(text).toMatch(/MB of disk/);
    expect(text).toMatch(/make a backup first/);
    await migrateEventStore(database.url);
    expect(await describeEventStoreMigrations(database.url)).toEqual([]);
  });
});

async function pidOf(statement: string): Promise<number | null> {
  const rows = await run(
    `select pid from pg_stat_activity where application_name = 'points-ledger migrate'
       and datname = current_database() and query ilike '${statement}%' and state = 'active'`,
  );
  return rows[0] === undefined ? null : Number(rows[0]['pid']);
}

/** The process of the migration, whatever it does. */
async function eventuallyPid(): Promise<number> {
  let pid: unknown;
  await eventually('the migration runs', async () => {
    const rows = await run(
      `select pid from pg_stat_activity where application_name = 'points-ledger migrate'
         and datname = current_database()`,
    );
    pid = rows[0]?.['pid'];
    return pid !== undefined;
  });
  return Number(pid);
}
