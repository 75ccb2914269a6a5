import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDBClient } from '@eventstore/db-client';
import pg from 'pg';
import { EventStoreDbEventStore } from '#event-store';
import { accountStream } from '#identity';
import { PostgresTableWriter, migrate } from '#read-model';
import { EventStoreDbProtocolServer } from '#testing';
import { TestLedger } from './testing/test-ledger.js';
import { runProgram, type ProgramRun } from './testing/run-program.js';
import { ANNA, BO, dayTime, writeSampleLedger } from './testing/sample-ledger.js';

// The same story in both stores: on EventStoreDB (the protocol server, a double of it) each command
// must say what it says on Postgres, but for the positions. The read tables are in Postgres.

let ledger: TestLedger;
let server: EventStoreDbProtocolServer;
let store: EventStoreDbEventStore;
let pool: pg.Pool;
beforeAll(async () => {
  ledger = await TestLedger.open();
  server = await EventStoreDbProtocolServer.start();
  store = new EventStoreDbEventStore(server.connectionString);
  await writeSampleLedger(store);
  pool = new pg.Pool({ connectionString: ledger.url, max: 1 });
  await migrate(pool);
  const { events, next } = await store.readAll(null, 10_000);
  if (next === null) throw new Error('the sample ledger is empty');
  const writer = new PostgresTableWriter(pool, { name: 'points', version: 1 });
  await writer.write(null, { events, next });
});
afterAll(async () => {
  await pool.end();
  await store.close();
  await server.stop();
  await ledger.close();
});

const here = (...args: string[]): Promise<ProgramRun> =>
  runProgram({ EVENT_STORE: server.connectionString, DATABASE_URL: ledger.url }, ...args);
const onPostgres = (...args: string[]): Promise<ProgramRun> =>
  runProgram({ EVENT_STORE: ledger.url }, ...args);

const withoutPositions = ({ status, out, err }: ProgramRun): ProgramRun => ({
  status,
  out: out.replaceAll(/\b(postgres:\d{16}|es-\d{20}-\d{20})\b/g, 'POSITION'),
  err,
});

async function saysTheSame(...args: string[]): Promise<string> {
  const found = withoutPositions(await here(...args));
  expect(found).toEqual(withoutPositions(await onPostgres(...args)));
  expect([found.status, found.err]).toEqual([0, '']);
  return found.out;
}

describe('replay on EventStoreDB', () => {
  it('prints the same as on Postgres', async () => {
    const out = JSON.parse(await saysTheSame('replay', '--user', ANNA, '--json')) as {
      readonly statement: readonly unknown[];
    };
    expect(out.statement.length).toBeGreaterThan(20);
  });

  it.each([
    ['--at', dayTime(1, '13:05')],
    ['--revision', '3'],
  ])('stops at the moment given by %s', async (option, value) => {
    const out = await saysTheSame('replay', '--user', ANNA, option, value, '--json');
    expect(JSON.parse(out)).toMatchObject({ revision: 3, balance: 890, held: 100 });
  });
});

describe('export on EventStoreDB', () => {
  it.each(['jsonl', 'csv'])('writes the same events as %s', async (format) => {
    const all = await saysTheSame('export', '--all', '--format', format);
    const one = await saysTheSame('export', '--user', BO, '--format', format);
    expect(all.length).toBeGreaterThan(2 * one.length);
    expect(one).toContain(BO);
  });

  it('writes the same rows that people see', async () => {
    const rows = await saysTheSame('export', '--all', '--what', 'statement', '--format', 'csv');
    expect(rows.split('\r\n').length).toBeGreaterThan(60);
  });
});

describe('diff on EventStoreDB', () => {
  it('finds no difference in tables that were not touched', async () => {
    const { status, out } = await here('diff', '--json');
    expect([status, JSON.parse(out)]).toMatchObject([0, { ok: true, accounts: 3, count: 0 }]);
  });

  it('finds a row changed, of all accounts and of one', async () => {
    const change = (by: number) =>
      pool.query('update mjk_point_accounts_v1 set held = held + $2 where user_id = $1', [BO, by]);
    await change(1);
    try {
      for (const args of [[], ['--user', BO]]) {
        const { status, out } = await here('diff', '--json', ...args);
        expect([status, JSON.parse(out)]).toMatchObject([
          1,
          { count: 1, differences: [{ table: 'accounts', user: BO, column: 'held' }] },
        ]);
      }
      expect((await here('diff', '--user', ANNA)).status).toBe(0);
    } finally {
      await change(-1);
    }
  });

  it('can not compare the tables of another store', async () => {
    const { status, err } = await runProgram(
      { EVENT_STORE: ledger.url, DATABASE_URL: ledger.url },
      'diff',
    );
    expect(status).toBe(2);
    expect(err).not.toBe('');
  });
});

describe('a cluster that can not be read', () => {
  it.each([
    [
      'esdb://127.0.0.1:1?tls=perhaps',
      /^the EventStoreDB connection string: tls must be true or false\n$/,
    ],
    [
      'esdb://127.0.0.1:1?tls=false',
      /^the event store can't be read: .*ECONNREFUSED 127\.0\.0\.1:1.*\n$/,
    ],
  ])('says in a sentence what is wrong with %s', async (address, sentence) => {
    for (const command of [['replay', '--user', ANNA], ['verify'], ['diff']]) {
      const { status, err } = await runProgram(
        { EVENT_STORE: address, DATABASE_URL: ledger.url },
        ...command,
      );
      expect(status).toBe(2);
      expect(err).toMatch(sentence);
    }
  });
});

describe('an account whose stream was deleted', () => {
  beforeAll(async () => {
    const client = EventStoreDBClient.connectionString(server.connectionString);
    const credentials = { username: 'unused', password: 'unused' };
    await client.tombstoneStream(accountStream(ANNA), { credentials });
    await client.dispose();
  });
  const deleted = `somebody has deleted stream ${accountStream(ANNA)}`;

  it('is reported by verify, which checks all others', async () => {
    const { status, out } = await here('verify', '--json');
    expect([status, JSON.parse(out)]).toMatchObject([
      1,
      { accounts: 3, damage: { 'stream-deleted': 1 }, places: [{ stream: accountStream(ANNA) }] },
    ]);
    const text = await here('verify');
    expect(text.out).toContain('an account whose stream was deleted');
  });

  it.each(['replay', 'export'])('can not be read by %s, which says why', async (command) => {
    const { status, err } = await here(command, '--user', ANNA);
    expect([status, err]).toEqual([2, `${deleted} for ever\n`]);
  });

  it.each([
    ['--what', 'events'],
    ['--what', 'statement'],
  ])('is named by an export of all %s %s, which has the others', async (...what) => {
    const { status, out, err } = await here('export', '--all', ...what);
    expect(status).toBe(1);
    expect(err).toContain(`DAMAGED ${accountStream(ANNA)}: ${deleted}`);
    expect(out).toContain(BO);
  });

  it('is named by diff, which compares the others', async () => {
    const { status, out, err } = await here('diff', '--json');
    expect([status, JSON.parse(out)]).toMatchObject([1, { ok: false, accounts: 2 }]);
    expect(err).toContain(`DAMAGED ${accountStream(ANNA)}: ${deleted}`);
  });

  it('is not signed over by an anchor', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'audit-esdb-'));
    const [key, out] = [join(dir, 'key'), join(dir, 'anchor')];
    expect((await here('anchor', '--new-key', key)).status).toBe(0);
    const made = await here('anchor', '--key', key, '--out', out);
    expect(made.status).toBe(1);
    expect(made.out).toContain('Not signed');
    expect(made.out).toContain(accountStream(ANNA));
  });
});
