import { queryAsOwner, freshDatabase, type Database } from '../testing/fresh-database.js';
import { migrateEventStore, unsupportedReason } from './migrate.js';
import { EVENT_STORE_PLAN } from './migrations/index.js';

const HASH = `'\\x${'00'.repeat(32)}'`;
const insertAt = (position: number) =>
  `insert into event_store.events (position, revision, id, stream, type, data, meta, hash)
   values (${position}, ${position}, gen_random_uuid(), 's', 't', 'd', 'm', ${HASH})`;
const asWriter = (sql: string) => `set role points_ledger_writer; ${sql}`;

let database: Database;
const run = (sql: string) => queryAsOwner(database.url, sql);

beforeEach(async () => {
  database = await freshDatabase();
});
afterEach(() => database.drop());

describe('A migration of the event store', () => {
  it('1 creates the events table, with unique positions, revisions and ids', async () => {
    await migrateEventStore(database.url, 1);
    await run(insertAt(1));
    const place = { code: '23505', constraint: 'events_position' };
    await expect(run(insertAt(1))).rejects.toMatchObject(place);
    await expect(
      run(`insert into event_store.events select 2, 1, gen_random_uuid(), recorded_at, stream, type,
        data, meta, hash from event_store.events`),
    ).rejects.toMatchObject({ constraint: 'events_revision' });
    await expect(
      run(`insert into event_store.events select 2, 2, id, recorded_at, stream, type, data, meta,
        hash from event_store.events`),
    ).rejects.toMatchObject({ constraint: 'events_id' });
    await expect(run(`update event_store.events set hash = '\\x00'`)).rejects.toMatchObject({
      code: '23514',
    });
    expect(await run('select position from event_store.head')).toEqual([{ position: '0' }]);
  });

  it('2 creates the append function', async () => {
    await migrateEventStore(database.url, 2);
    const append = `select * from event_store.append(array[1], array['s'], array[-1],
      array[gen_random_uuid()], array['t'], array['d'], array['m'], array[${HASH}::bytea])`;
    expect(await run(append)).toEqual([{ base: '0', answers: null }]);
    expect(await run(append)).toEqual([{ base: '1', answers: [['conflict', 0, null]] }]);
    expect(await run('select position from event_store.head')).toEqual([{ position: '1' }]);
  });

  it('3 rejects UPDATE, DELETE and TRUNCATE for every role', async () => {
    await migrateEventStore(database.url, 2);
    await run(insertAt(1));
    await migrateEventStore(database.url, 3);
    for (const sql of [
      `update event_store.events set data = 'other'`,
      'delete from event_store.events',
      'delete from event_store.events where false',
      'truncate event_store.events',
    ]) {
      await expect(run(sql)).rejects.toThrow('events are only ever added');
    }
    expect(await run('select data from event_store.events')).toEqual([{ data: 'd' }]);
  });

  it('4 creates the table of snapshots', async () => {
    await migrateEventStore(database.url, 4);
    const save = `insert into event_store.snapshots values ('s', 'k', 1, ${HASH}, '{}')`;
    await run(save);
    await expect(run(save)).rejects.toMatchObject({ code: '23505' });
  });

  it('5 allows the writer only to read and to call the function', async () => {
    await migrateEventStore(database.url, 5);
    await run(
      asWriter(`select * from event_store.append(array[1], array['s'], array[-1],
        array[gen_random_uuid()], array['t'], array['d'], array['m'], array[${HASH}::bytea])`),
    );
    await run(asWriter('select * from event_store.events'));
    for (const sql of [
      insertAt(2),
      `update event_store.events set data = ''`,
      'delete from event_store.events',
      'truncate event_store.events',
      'update event_store.head set position = 0',
      'drop table event_store.events',
      'alter table event_store.events disable trigger all',
    ]) {
      await expect(run(asWriter(sql))).rejects.toMatchObject({ code: '42501' });
    }
  });
});

describe('A migration to sealed snapshots', () => {
  it('6 deletes snapshots without a seal, and makes the seal mandatory', async () => {
    await migrateEventStore(database.url, 5);
    await run(`insert into event_store.snapshots values ('s', 'k', 1, ${HASH}, '{}')`);
    await migrateEventStore(database.url, 6);
    expect(await run('select * from event_store.snapshots')).toEqual([]);
    const save = (seal: string) =>
      run(`insert into event_store.snapshots values ('s', 'k', 1, ${HASH}, '{}', ${seal})`);
    await expect(save('null, null')).rejects.toMatchObject({ code: '23502' });
    await expect(save(`'k1', '\\x00'`)).rejects.toMatchObject({ code: '23514' });
    await save(`'k1', ${HASH}`);
  });
});

describe('The migrations of the event store', () => {
  it('are applied once, however many processes run them at the same time', async () => {
    await Promise.all(Array.from({ length: 6 }, () => migrateEventStore(database.url)));
    const taken = await run('select number from event_store.migrations order by number');
    expect(taken.map((row) => row['number'])).toEqual(
      EVENT_STORE_PLAN.migrations.map((_, i) => i + 1),
    );
  });

  it('continue where an earlier run stopped', async () => {
    await migrateEventStore(database.url, 2);
    await migrateEventStore(database.url);
    expect(await run('select count(*)::int as taken from event_store.migrations')).toEqual([
      { taken: EVENT_STORE_PLAN.migrations.length },
    ]);
  });

  it('reject a database that is newer than the program', async () => {
    await migrateEventStore(database.url);
    await run(`insert into event_store.migrations values (99, 'x')`);
    await expect(migrateEventStore(database.url)).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining('older than the database') as string,
    });
  });

  it('reject a database that has another migration under the same number', async () => {
    await migrateEventStore(database.url);
    await run(`update event_store.migrations set digest = 'x' where number = 2`);
    await expect(migrateEventStore(database.url)).rejects.toMatchObject({ code: 'misconfigured' });
  });

  it('leave nothing behind when one fails', async () => {
    await run('create schema event_store; create table event_store.events (old int)');
    await expect(migrateEventStore(database.url)).rejects.toMatchObject({ code: '42P07' });
    expect(await run(`select to_regclass('event_store.head') as head`)).toEqual([{ head: null }]);
  });

  it('reject a database whose encoding cannot keep every character', async () => {
    await database.drop();
    const server = process.env['TEST_PG_URL'] ?? '';
    const name = new URL(database.url).pathname.slice(1);
    await queryAsOwner(server, `create database ${name} encoding 'SQL_ASCII' template template0`);
    await expect(migrateEventStore(database.url)).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining('not SQL_ASCII') as string,
    });
  });

  it('reject a server older than Postgres 14', () => {
    expect(unsupportedReason({ version: 130_022, encoding: 'UTF8' })).toContain('14 or later');
    expect(unsupportedReason({ version: 140_000, encoding: 'UTF8' })).toBeNull();
  });
});
