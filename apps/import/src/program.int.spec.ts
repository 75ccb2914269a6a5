import type { Pool } from 'pg';
import type { FaultKind } from '#import';
import {
  BATCHES,
  DECIDED,
  FAULT_MAKERS,
  createLegacyTables,
  fillLegacyTables,
  generateLegacy,
  type GeneratedAccount,
} from '#import/testing';
import { createTestDatabase, type TestDatabase } from '#testing';
import { runProgram } from './testing/run-program.js';

interface FaultJson {
  readonly kind: FaultKind;
  readonly status: string;
  readonly count: number;
  readonly accounts: number;
  readonly fix: string | null;
  readonly examples: readonly { readonly user: string }[];
  readonly users: readonly string[];
}

interface CheckJson {
  readonly ok: boolean;
  readonly rows: number;
  readonly batches: number;
  readonly accounts: number;
  readonly undecided: number;
  readonly points: number;
  readonly faults: readonly FaultJson[];
}

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase('import_check');
});
afterEach(() => database.endPools());
afterAll(() => database.drop());

/** The address of the schema of a pool. */
function urlOf(pool: Pool): string {
  const { connectionString = '', options = '' } = pool.options;
  const url = new URL(connectionString);
  url.searchParams.set('options', options);
  return url.href;
}

/** Generated data are of the days before now, by the clock of the database that `check` asks. */
async function legacyDatabase(options: {
  readonly seed: number;
  readonly accounts: number;
  readonly hasDuration: boolean;
  readonly isLoose: boolean;
}): Promise<{
  readonly url: string;
  readonly accounts: readonly GeneratedAccount[];
  readonly pool: Pool;
}> {
  const pool = await database.emptyPool();
  await createLegacyTables(pool, options);
  const accounts = generateLegacy({
    ...options,
    at: new Date().toISOString(),
    columns: options.isLoose ? 'loose' : 'model',
  });
  await fillLegacyTables(pool, accounts);
  return { url: urlOf(pool), accounts, pool };
}

async function check(url: string, mapping: object): Promise<{ status: number; found: CheckJson }> {
  const files = { 'map.json': JSON.stringify({ batches: BATCHES, ...mapping }) };
  const run = await runProgram(files, ['check', '--from', url, '--map', 'map.json', '--json']);
  if (run.err !== '') throw new Error(run.err);
  return { status: run.status, found: JSON.parse(run.out) as CheckJson };
}

const usersWith = (accounts: readonly GeneratedAccount[], kind: FaultKind): string[] =>
  accounts.flatMap(({ fault, raw }) => (fault?.kind === kind ? raw.userId : [])).toSorted();

const ACCOUNTS = FAULT_MAKERS.length * 4;

describe('import check', () => {
  it.each([
    ['with the columns of the model', { hasDuration: true, isLoose: false }],
    ['before the migration that added the duration', { hasDuration: false, isLoose: false }],
    ['with batches whose columns hold anything', { hasDuration: true, isLoose: true }],
  ])('finds every fault that was put into a database %s', async (_which, options) => {
    const { url, accounts } = await legacyDatabase({ seed: 7, accounts: ACCOUNTS, ...options });
    const { status, found } = await check(url, {});
    expect(status).toBe(1);
    expect(found).toMatchObject({
      ok: false,
      accounts: ACCOUNTS,
      rows: accounts.reduce((sum, { raw }) => sum + raw.rows.length, 0),
      batches: accounts.reduce((sum, { raw }) => sum + raw.batches.length, 0),
    });
    for (const { kind, counted } of FAULT_MAKERS) {
      const users = usersWith(accounts, kind);
      const wanted = counted === true ? 'counted' : 'undecided';
      const total = found.faults.find((one) => one.kind === kind && one.status === wanted);
      expect([kind, total?.users ?? []]).toEqual([kind, expect.arrayContaining(users)]);
      if (total === undefined) continue;
      expect(total.accounts).toBe(total.users.length);
      expect(total.users).toContain(total.examples[0]?.user);
      expect(total.fix === null).toBe(counted === true);
    }
  });

  it('finds nothing to decide where the mapping decides everything that can be', async () => {
    const { url, accounts } = await legacyDatabase({
      seed: 8,
      accounts: ACCOUNTS,
      hasDuration: true,
      isLoose: true,
    });
    const { found } = await check(url, DECIDED);
    const repairs = accounts.filter(({ fault }) => fault && !fault.decidable && !fault.counted);
    expect(found.undecided).toBe(repairs.length);
    const undecided = found.faults.filter(({ status }) => status === 'undecided');
    expect(new Set(undecided.flatMap(({ users }) => users))).toEqual(
      new Set(repairs.map(({ raw }) => raw.userId)),
    );
  });

  it('ends with 0 where every account can be opened, and adds up their points', async () => {
    const { url, accounts, pool } = await legacyDatabase({
      seed: 9,
      accounts: 9,
      hasDuration: true,
      isLoose: false,
    });
    for (const { fault, raw } of accounts) {
      if (fault === null) continue;
      await pool.query('delete from mjk_point_transactions where user_id = $1', [raw.userId]);
      await pool.query('delete from point_batches where user_id = $1', [raw.userId]);
    }
    const { status, found } = await check(url, {});
    const { rows } = await pool.query<{ points: number }>(
      'select sum(points_left)::int as points from point_batches',
    );
    expect(status).toBe(0);
    expect(found).toMatchObject({
      ok: true,
      accounts: 5,
      undecided: 0,
      points: rows[0]?.points,
      faults: [],
    });
  });

  it('names users that are no UUID or are spelled in two ways, and merges other spellings', async () => {
    const pool = await database.emptyPool();
    await createLegacyTables(pool, { hasDuration: true, isLoose: true });
    const user = '6f1f2a53-2a8c-5c0a-9d0e-1b2c3d4e5f60';
    const other = user.replace('6f1f', '7a1f');
    await pool.query(
      `insert into point_batches (id, user_id, points_left)
       values (1, $1, 5), (2, $2, 1), (3, $3, 1), (4, 'guest', 1), (5, null, 1)`,
      [user.toUpperCase(), other, other.toUpperCase()],
    );
    await pool.query(
      `insert into mjk_point_transactions (user_id, type, amount, balance_before, balance_after, batch_id)
       values ($1, 'recharge', 5, 0, 5, 1)`,
      [user],
    );
    const { found } = await check(urlOf(pool), {});
    expect(found).toMatchObject({ accounts: 1, points: 5 });
    expect(found.faults.find(({ kind }) => kind === 'User')?.users.toSorted()).toEqual([
      `${other.toUpperCase()} and ${other}`,
      'guest',
      'null',
    ]);
  });

  it('reads the columns that the mapping names, unfinished jobs too', async () => {
    const pool = await database.emptyPool();
    await createLegacyTables(pool, { hasDuration: true, isLoose: false });
    const user = '6f1f2a53-2a8c-5c0a-9d0e-1b2c3d4e5f60';
    await pool.query(`alter table mjk_point_transactions add task bigint;
      create table jobs (owner uuid not null, kind text not null, task bigint not null, deadline timestamp);
      insert into point_batches (id, user_id, points_left) values (1, '${user}', 60);
      insert into jobs values ('${user}', 'tts', 17, '2030-01-01'), ('${user}', 'tts', 18, null);
      insert into mjk_point_transactions
        (user_id, type, amount, balance_before, balance_after, batch_id, source_type, task)
      values ('${user}', 'recharge', 100, 0, 100, 1, null, null),
        ('${user}', 'consume', 40, 100, 60, 1, 'tts', 17)`);
    const mapping = {
      jobs: { table: 'jobs', user: 'owner', id: ['kind', 'task'], settleBy: 'deadline' },
      consumption: ['source_type', 'task'],
    };
    const withoutZone = await check(urlOf(pool), mapping);
    expect(withoutZone.found.faults[0]).toMatchObject({ kind: 'Time', status: 'undecided' });
    const { found, status } = await check(urlOf(pool), { ...mapping, zone: 'UTC' });
    expect(status).toBe(0);
    // One job has no row; the other one's points are held and no part of the balance.
    expect(found).toMatchObject({ points: 60, faults: [{ kind: 'NoId', count: 1 }] });
  });

  it('changes nothing, and reads through a login that may only read', async () => {
    const { url, pool } = await legacyDatabase({
      seed: 3,
      accounts: 4,
      hasDuration: true,
      isLoose: false,
    });
    const stamp = () =>
      pool.query('select sum(xmin::text::bigint), count(*) from mjk_point_transactions');
    const before = await stamp();
    await check(`${url}%20-c%20default_transaction_read_only%3Don`, {});
    expect((await stamp()).rows).toEqual(before.rows);
  });

  it('prints every fault with what importing does, how it is decided, and examples', async () => {
    const { url } = await legacyDatabase({
      seed: 7,
      accounts: ACCOUNTS,
      hasDuration: true,
      isLoose: false,
    });
    const { status, out } = await runProgram({}, ['check', '--from', url]);
    expect(status).toBe(1);
    expect(out).toContain('Needs a decision, or a repair there:');
    expect(out).toMatch(
      /^Type: imports the rows that can be shown, and does not open the account\.$/m,
    );
    expect(out).toContain('decide it: name the type in "types"');
    expect(out).toMatch(/^ {2}[0-9a-f-]{36} \d+: type is "topup"$/m);
    expect(out).toMatch(/^[\d,]+ accounts need a decision\.$/m);
  });

  it.each([
    [
      'a table that is missing',
      { batches: { ...BATCHES, table: 'batch' } },
      'batches.table names batch: there is no such table in the old database',
    ],
    [
      'a column that is missing',
      { batches: { ...BATCHES, remaining: 'left' } },
      'batches.remaining: "point_batches" has no column left. It has id, user_id, points_left',
    ],
    [
      'a mapping with an error',
      { zone: 'here' },
      'map.json is no mapping:\n  zone must be a time zone',
    ],
  ])('can not be done with %s, and says what is wrong', async (_what, mapping, message) => {
    const pool = await database.emptyPool();
    await createLegacyTables(pool, { hasDuration: true, isLoose: false });
    const files = { 'map.json': JSON.stringify(mapping) };
    const args = ['check', '--from', urlOf(pool), '--map', 'map.json'];
    const { status, err } = await runProgram(files, args);
    expect(status).toBe(2);
    expect(err).toContain(message);
  });

  it('can not be done without a database, and tells no password', async () => {
    const { status, err } = await runProgram({}, [
      'check',
      '--from',
      'postgres://a:secret@127.0.0.1:1/x',
    ]);
    expect(status).toBe(2);
    expect(err).toMatch(/^the old database can't be used: connect ECONNREFUSED/);
    expect(err).not.toContain('secret');
  });

  it('explains itself', async () => {
    const { status, out } = await runProgram({}, ['check', '--help']);
    expect(status).toBe(0);
    expect(out).toContain('Exit status: 0 every account can be opened');
  });
});
