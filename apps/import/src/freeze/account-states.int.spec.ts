import type { Pool, PoolClient } from 'pg';
import { createLegacyTables } from '#import/testing';
import { createTestDatabase, type TestDatabase } from '#testing';
import {
  ACCOUNTS,
  NOT_FREE,
  addAccounts,
  freeze,
  lockAccount,
  makeGuards,
  setState,
  stateOf,
} from './account-states.js';

// Writers of the old service are sessions of their own, with transactions that go on across a freeze.

const USER = '6f1f2a53-2a8c-5c0a-9d0e-1b2c3d4e5f60';
const OTHER = '7a1f2a53-2a8c-5c0a-9d0e-1b2c3d4e5f60';
const TABLES = [
  { name: 'mjk_point_transactions', user: 'user_id' },
  { name: 'point_batches', user: 'user_id' },
];
const SERIALIZATION_FAILURE = '40001';
/** So short that a test which has to see a freeze give up does not wait for long. */
const SHORT_MS = 100;
const LONG_MS = 30_000;

let database: TestDatabase;
let pool: Pool;
let clients: PoolClient[];

beforeAll(async () => {
  database = await createTestDatabase('import_freeze');
});
beforeEach(async () => {
  pool = await database.emptyPool();
  await pool.query('drop schema if exists points_take_over cascade');
  await createLegacyTables(pool, { hasDuration: true, isLoose: false });
  clients = [];
});
afterEach(async () => {
  for (const client of clients) client.release();
  await database.endPools();
});
afterAll(() => database.drop());

async function session(): Promise<PoolClient> {
  const client = await pool.connect();
  clients.push(client);
  return client;
}

async function prepared(): Promise<PoolClient> {
  const importer = await session();
  await makeGuards(importer, TABLES);
  await addAccounts(importer, TABLES);
  return importer;
}

const write = (client: PoolClient, user = USER, id?: string) =>
  client.query(
    `insert into mjk_point_transactions (id, user_id, type, amount, balance_before, balance_after)
     values (coalesce($2::bigint, nextval('mjk_point_transactions_id_seq')), $1, 'recharge', 1, 0, 1)`,
    [user, id],
  );

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'written',
    (error: unknown) => String((error as { code?: string }).code),
  );

async function rowsOf(user = USER): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    'select count(*)::int as count from mjk_point_transactions where user_id = $1',
    [user],
  );
  return rows[0]?.count ?? 0;
}

describe('A freeze', () => {
  it('waits for a writer of the account, and for nobody else', async () => {
    const importer = await prepared();
    const writer = await session();
    await writer.query('begin');
    await write(writer);
    expect(await freeze(importer, USER, SHORT_MS)).toBeNull();
    expect(await stateOf(importer, USER)).toBeNull();
    expect(await freeze(importer, OTHER, SHORT_MS)).not.toBeNull();
    const freezing = freeze(importer, USER, LONG_MS);
    await writer.query('commit');
    expect(await freezing).not.toBeNull();
    expect(await rowsOf()).toBe(1);
  });

  it('lets no writer in after it, and every one again once the account is free', async () => {
    const importer = await prepared();
    const writer = await session();
    await freeze(importer, USER, LONG_MS);
    expect(await codeOf(write(writer))).toBe(NOT_FREE);
    expect(await codeOf(write(writer, OTHER))).toBe('written');
    await lockAccount(importer, USER);
    await setState(importer, USER, 'free');
    await importer.query('commit');
    expect(await codeOf(write(writer))).toBe('written');
  });

  it('stays as it is when it is asked for again', async () => {
    const importer = await prepared();
    const first = await freeze(importer, USER, LONG_MS);
    expect(await freeze(importer, USER, LONG_MS)).toEqual({ ...first, wasFree: false });
    expect(first?.wasFree).toBe(true);
  });

  it.each([['read committed'], ['repeatable read'], ['serializable']])(
    'is not passed by a %s writer whose snapshot is older',
    async (isolation) => {
      const importer = await prepared();
      const writer = await session();
      await writer.query(`begin isolation level ${isolation}`);
      await writer.query('select count(*) from mjk_point_transactions');
      await freeze(importer, USER, LONG_MS);
      expect([NOT_FREE, SERIALIZATION_FAILURE]).toContain(await codeOf(write(writer)));
      await writer.query('rollback');
      expect(await rowsOf()).toBe(0);
    },
  );

  it('is not passed by a writer whose snapshot is older than our table', async () => {
    const writer = await session();
    await writer.query('begin isolation level repeatable read');
    await writer.query('select 1 from pg_class limit 1');
    const importer = await prepared();
    await freeze(importer, USER, LONG_MS);
    expect([NOT_FREE, SERIALIZATION_FAILURE]).toContain(await codeOf(write(writer)));
  });

  it('is not passed by a writer that drew its id long before', async () => {
    const importer = await prepared();
    const writer = await session();
    const { rows } = await writer.query<{ id: string }>(
      "select nextval('mjk_point_transactions_id_seq')::text as id",
    );
    await write(await session(), OTHER);
    await freeze(importer, USER, LONG_MS);
    expect(await codeOf(write(writer, USER, rows[0]?.id))).toBe(NOT_FREE);
  });

  it('waits for the first writer of an account that nobody knew', async () => {
    const importer = await prepared();
    const writer = await session();
    await writer.query('begin');
    await write(writer);
    expect(await freeze(importer, USER, SHORT_MS)).toBeNull();
    await writer.query('commit');
    expect(await freeze(importer, USER, LONG_MS)).not.toBeNull();
    expect(await rowsOf()).toBe(1);
  });

  it('waits for writers of batches too', async () => {
    await pool.query(
      `insert into point_batches (id, user_id, points_left) values (1, '${USER}', 5)`,
    );
    const importer = await prepared();
    const writer = await session();
    await writer.query('begin');
    await writer.query('update point_batches set points_left = 4');
    expect(await freeze(importer, USER, SHORT_MS)).toBeNull();
    await writer.query('rollback');
    await freeze(importer, USER, LONG_MS);
    for (const change of [
      'update point_batches set points_left = 4',
      'delete from point_batches',
      `update point_batches set user_id = '${OTHER}'`,
      'truncate point_batches',
    ]) {
      expect([change, await codeOf(writer.query(change))]).toEqual([change, NOT_FREE]);
    }
  });

  it('is seen by the snapshot of the transaction that opens the account, with all that was written', async () => {
    const importer = await prepared();
    const writer = await session();
    await writer.query('begin');
    await write(writer);
    const freezing = freeze(importer, USER, LONG_MS);
    await writer.query('commit');
    await freezing;
    expect(await lockAccount(importer, USER)).toBe('frozen');
    const { rows } = await importer.query('select from mjk_point_transactions');
    expect(rows).toHaveLength(1);
    await importer.query('rollback');
  });
});

describe('Preparing', () => {
  it('knows every account that the tables have, and can be done again', async () => {
    await write(await session());
    await pool.query(
      `insert into point_batches (id, user_id, points_left) values (1, '${OTHER}', 5)`,
    );
    const importer = await prepared();
    await makeGuards(importer, TABLES);
    expect(await addAccounts(importer, TABLES)).toBe(0);
    const { rows } = await importer.query(`select user_id from ${ACCOUNTS} order by 1`);
    expect(rows.map(({ user_id: user }) => user as string)).toEqual([USER, OTHER]);
  });

  it('leaves alone whoever has no id that an account can have', async () => {
    await pool.query('drop table point_batches');
    await pool.query('create table point_batches (id bigint, user_id text, points_left int)');
    await prepared();
    await pool.query("insert into point_batches values (1, 'guest', 1), (2, null, 1)");
    await pool.query('insert into point_batches values (3, $1, 1)', [OTHER.toUpperCase()]);
    const { rows } = await pool.query(`select user_id from ${ACCOUNTS}`);
    expect(rows).toEqual([{ user_id: OTHER }]);
  });
});
