import pg from 'pg';
import { NO_STREAM } from '../port.js';
import { freshDatabase, queryAsOwner, type Database } from '../testing/fresh-database.js';
import { expectDensePositions } from '../testing/append-until-known.js';
import { collect, eventually, readVerified, StreamWriter } from '../testing/stream-writer.js';
import { openPostgresEventStore } from './open-event-store.js';
import type { PostgresEventStore } from './postgres-event-store.js';

const PARTITION = 100;

let database: Database;
let store: PostgresEventStore;
const run = (sql: string) => queryAsOwner(database.url, sql);

/** The same schema with smaller partitions. */
async function usePartitionsOf(first: number, others = first): Promise<void> {
  await run(
    `alter table event_store.events detach partition event_store.events_1;
     alter table event_store.events attach partition event_store.events_1
       for values from (minvalue) to (${first + 1});
     update event_store.partitioning
       set partition_positions = ${others}, end_position = ${first + 1}`,
  );
}

beforeEach(async () => {
  database = await freshDatabase();
  store = await openPostgresEventStore(database.url);
  await usePartitionsOf(PARTITION);
});
afterEach(async () => {
  await store.close();
  await database.drop();
});

const partitions = async (): Promise<readonly string[]> => {
  const rows = await run(`select inhrelid::regclass::text as name from pg_inherits
    where inhparent = 'event_store.events'::regclass order by inhrelid`);
  return rows.map(({ name }) => String(name));
};

describe('The events', () => {
  it('are divided by position, and each stream is read through all partitions', async () => {
    const writers = Array.from({ length: 7 }, () => new StreamWriter());
    for (let round = 0; round < 30; round += 1) {
      await Promise.all(writers.map((writer) => writer.append(store, 2)));
    }
    expect(await expectDensePositions(store)).toBe(420);
    expect((await partitions()).slice(0, 5)).toEqual(
      [1, 101, 201, 301, 401].map((first) => `event_store.events_${first}`),
    );
    for (const { stream } of writers) expect(await readVerified(store, stream)).toHaveLength(60);
    const [first] = writers;
    if (first === undefined) throw new Error('there is no writer');
    const last = await collect(store.readStream(first.stream, { backwards: true, limit: 9 }));
    expect(last.map(({ revision }) => revision)).toEqual([59, 58, 57, 56, 55, 54, 53, 52, 51]);
  });

  it('of one append may lie in two partitions, and are recognised when they are sent again', async () => {
    await new StreamWriter().append(store, PARTITION - 3);
    const writer = new StreamWriter();
    const events = writer.next(10);
    const first = await store.append(writer.stream, NO_STREAM, events);
    expect(await store.append(writer.stream, NO_STREAM, events)).toEqual(first);
    expect(await readVerified(store, writer.stream)).toHaveLength(10);
  });

  it('of streams that are no accounts are fenced and read in the same way', async () => {
    const writer = new StreamWriter('ledger-other');
    for (let n = 0; n < 3; n += 1) await writer.append(store, PARTITION - 1);
    const stale = new StreamWriter('ledger-other');
    expect(await store.append(stale.stream, 7, stale.next())).toEqual({
      kind: 'conflict',
      actual: 3 * (PARTITION - 1) - 1,
    });
    expect(await readVerified(store, writer.stream)).toHaveLength(3 * (PARTITION - 1));
  });

  it('can’t be changed, in whichever partition, and are written by the function only', async () => {
    await new StreamWriter().append(store, PARTITION + 1);
    for (const table of ['events', ...(await partitions())]) {
      const name = table.replace(/^(event_store\.)?/, 'event_store.');
      for (const change of [
        `update ${name} set data = ''`,
        `delete from ${name}`,
        `truncate ${name}`,
      ]) {
        await expect(run(change)).rejects.toMatchObject({ code: '42501' });
      }
      await expect(
        run(`set role points_ledger_writer; insert into ${name} select * from event_store.events`),
      ).rejects.toMatchObject({ code: '42501' });
    }
  });

  it('find the next partition ready, and make it in time where an analysis has held it up', async () => {
    await usePartitionsOf(2_000, 10_000);
    const analysis = new pg.Client({ connectionString: database.url });
    await analysis.connect();
    await analysis.query('begin; lock table event_store.events in share update exclusive mode');
    const writer = new StreamWriter();
    for (let n = 0; n < 3; n += 1) await writer.append(store, 400);
    expect(await partitions()).toEqual(['event_store.events_1']);
    await analysis.query('rollback');
    await analysis.end();
    for (let n = 0; n < 3; n += 1) await writer.append(store, 400);
    expect(await partitions()).toEqual(['event_store.events_1', 'event_store.events_2001']);
    for (let n = 0; n < 18; n += 1) await writer.append(store, 400);
    expect(await partitions()).toHaveLength(3);
    expect(await readVerified(store, writer.stream)).toHaveLength(9_600);
  });

  it('are read while the next partition is added, however long a reader takes', async () => {
    const reader = new pg.Client({ connectionString: database.url });
    await reader.connect();
    await reader.query('begin; select count(*) from event_store.events');
    await new StreamWriter().append(store, 2 * PARTITION);
    expect(await partitions()).toHaveLength(2);
    await reader.query('rollback');
    await reader.end();
  });
});

describe('The heads of accounts', () => {
  it('are updated in place', async () => {
    const writers = Array.from({ length: 50 }, () => new StreamWriter());
    for (let round = 0; round < 20; round += 1) {
      await Promise.all(writers.map((writer) => writer.append(store)));
    }
    await store.close(); // A connection reports what it did at its end at the latest.
    await eventually('the updates are counted', async () => {
      const [found] = await run(`select n_tup_upd::int as updates, n_tup_hot_upd::int as in_place
        from pg_stat_user_tables where relname = 'account_heads'`);
      return found?.['updates'] === 950 && found['in_place'] === 950;
    });
  });

  it('say where an account ends and begins', async () => {
    await new StreamWriter().append(store, PARTITION);
    const writer = new StreamWriter();
    await writer.append(store, 5);
    await writer.append(store, 2);
    expect(
      await run(
        `select revision::int, first_position::int from event_store.account_heads
         where 'points-' || user_id = '${writer.stream}'`,
      ),
    ).toEqual([{ revision: 6, first_position: PARTITION + 1 }]);
  });
});
