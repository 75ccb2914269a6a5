import pg from 'pg';
import { followsDirectly, type Position } from '#event-store';
import { PostgresTableWriter, migrate } from '#read-model';
import { PostgresSource } from '../store/postgres-source.js';
import { TestLedger } from '../testing/test-ledger.js';
import { ANNA, BO, SAMPLE_COMMANDS, dayTime, writeSampleLedger } from '../testing/sample-ledger.js';
import { diffTables } from './diff-tables.js';
import { TABLES as TABLE_NAMES, type Difference } from './row-differences.js';
import { TableSnapshot } from './table-snapshot.js';

let ledger: TestLedger;
let pool: pg.Pool;
beforeAll(async () => {
  ledger = await TestLedger.open();
  pool = new pg.Pool({ connectionString: ledger.url, max: 2 });
  await migrate(pool);
  await project(null);
});
afterAll(async () => {
  await pool.end();
  await ledger.close();
});

/** Carries all events behind a position into the tables, as the projector does. */
async function project(after: Position | null): Promise<Position | null> {
  const writer = new PostgresTableWriter(pool, { name: 'points', version: 1, followsDirectly });
  const { events, next } = await ledger.store.readAll(after, 10_000);
  if (events.length > 0 && next !== null) await writer.write(after, { events, next });
  return next;
}

async function diff(user: string | null = null) {
  const source = new PostgresSource(ledger.url);
  const tables = await TableSnapshot.open(ledger.url);
  const found: Difference[] = [];
  try {
    const compared = await diffTables(source, tables, user, (one) => found.push(one));
    return { ...compared, found };
  } finally {
    await tables.close();
    await source.close();
  }
}

/** Bends the tables in a transaction of their owner that is taken back afterwards. */
async function after(change: string, user: string | null = null): Promise<readonly Difference[]> {
  const client = await pool.connect();
  try {
    for (const table of TABLES) await client.query(`create table kept_${table} as table ${table}`);
    await client.query(change);
    return (await diff(user)).found;
  } finally {
    for (const table of TABLES) {
      const { rows } = await client.query<{ names: string }>(
        `select string_agg(column_name, ', ') as names from information_schema.columns
         where table_name = $1 and is_generated = 'NEVER'`,
        [table],
      );
      const names = rows[0]?.names ?? '';
      await client.query(`delete from ${table}`);
      await client.query(`insert into ${table} (${names}) select ${names} from kept_${table}`);
      await client.query(`drop table kept_${table}`);
    }
    client.release();
  }
}

const TABLES = TABLE_NAMES.map((name) => `mjk_point_${name}_v1`);

describe('diff', () => {
  it('finds no difference in tables that were not touched', async () => {
    const { found, rows, accounts } = await diff();
    expect(found).toEqual([]);
    expect(accounts).toBe(3);
    expect(rows).toBeGreaterThan(60);
  });

  it.each([
    ['transactions', 'type', `'expire'`],
    ['transactions', 'amount', 'amount + 1'],
    ['transactions', 'balance_before', 'balance_before + 1'],
    ['transactions', 'balance_after', 'balance_after + 1'],
    ['transactions', 'source_type', `'polish'`],
    ['transactions', 'source_id', `'x'`],
    ['transactions', 'batch_id', '1'],
    ['transactions', 'duration', '77.25'],
    ['transactions', 'description', `'【文案润色】 '`],
    ['transactions', 'created_at', `created_at + interval '1 ms'`],
    ['transactions', 'updated_at', `updated_at + interval '1 us'`],
    ['transactions', 'consumption_of', '77'],
    ['accounts', 'balance', 'balance + 1'],
    ['accounts', 'held', 'held + 1'],
    ['accounts', 'revision', 'revision - 1'],
    ['accounts', 'updated_at', `updated_at + interval '1 s'`],
    ['accounts', 'owed', 'owed + 1'],
    ['batches', 'points', 'points + 1'],
    ['batches', 'remaining', 'remaining + 1'],
    ['batches', 'priority', 'priority + 1'],
    ['batches', 'expires_at', `now()`],
    ['batches', 'grace', 'not grace'],
    ['batches', 'revision', 'revision + 1'],
    ['batches', 'line', 'line + 1'],
    ['batches', 'created_at', `created_at + interval '1 s'`],
    ['consumptions', 'consumption_id', `'x'`],
    ['consumptions', 'source_type', `'video'`],
    ['consumptions', 'source_id', `'x'`],
    ['consumptions', 'status', `'open'`],
    ['consumptions', 'estimate', 'coalesce(estimate, 0) + 1'],
    ['consumptions', 'actual', 'coalesce(actual, 0) + 1'],
    ['consumptions', 'drawn', 'drawn + 1'],
    ['consumptions', 'refunded', 'refunded - 1'],
    ['consumptions', 'duration', '3.75'],
    ['consumptions', 'settle_by', `now()`],
    ['consumptions', 'opened_at', `now()`],
    ['consumptions', 'closed_at', `now()`],
    ['consumptions', 'first_row', 'first_row + 1'],
    ['consumptions', 'row_count', 'row_count + 1'],
    ['consumptions', 'duration_row', 'duration_row + 1'],
    ['consumptions', 'charged', 'coalesce(charged, 0) + 1'],
    ['consumptions', 'owed', 'owed + 1'],
    ['consumptions', 'uncollected', 'uncollected + 1'],
    ['consumptions', 'quantity', '7'],
    ['consumptions', 'price', `'{"points":"1"}'`],
    ['recharges', 'recharge_id', `'x'`],
    ['recharges', 'batch_id', 'batch_id + 1'],
    ['recharges', 'points', 'points + 1'],
    ['recharges', 'reversed', 'reversed + 1'],
    ['recharges', 'source_id', `'x'`],
  ])('finds a row of %s changed in %s', async (table, column, value) => {
    const found = await after(
      `update mjk_point_${table}_v1 set ${column} = ${value}
       where ctid = (select ctid from mjk_point_${table}_v1
         where user_id = '${ANNA}' and ${table === 'transactions' ? `type = 'consume'` : 'true'}
         order by ctid limit 1)`,
    );
    expect(found).toMatchObject([{ kind: 'different', table, user: ANNA, column }]);
  });

  it('finds a row of another user', async () => {
    const found = await after(
      `update mjk_point_transactions_v1 set user_id = '${BO}' where id = 7`,
    );
    expect(found.map(({ kind, user, column }) => [kind, user, column])).toEqual(
      expect.arrayContaining([
        ['missing', ANNA, null],
        ['extra', BO, null],
      ]),
    );
  });

  it('finds ids exchanged, which each user’s own rows do not show', async () => {
    const found = await after(`
      update mjk_point_transactions_v1 set id = -1 where id = 1;
      update mjk_point_transactions_v1 set id = 1 where id = 2;
      update mjk_point_transactions_v1 set id = 2 where id = -1`);
    expect(found).toContainEqual(expect.objectContaining({ table: 'transactions', column: 'id' }));
  });

  it('finds a deleted row, in every table', async () => {
    for (const table of TABLE_NAMES) {
      const found = await after(
        `delete from mjk_point_${table}_v1 where ctid =
           (select max(ctid) from mjk_point_${table}_v1 where user_id = '${BO}')`,
      );
      expect(found).toContainEqual(expect.objectContaining({ kind: 'missing', table, user: BO }));
    }
  });

  it('finds an added row, and an account that no event made', async () => {
    const added = await after(
      `insert into mjk_point_transactions_v1 (id, user_id, type, amount, balance_before,
         balance_after, created_at, updated_at, revision, line)
       values (100000, '${ANNA}', 'recharge', 500, 0, 500, now(), now(), 0, 1)`,
    );
    expect(added).toContainEqual(
      expect.objectContaining({ kind: 'extra', table: 'transactions', user: ANNA, row: '0/1' }),
    );
    const nobody = '99999999-9999-4999-8999-999999999999';
    const account = await after(
      `insert into mjk_point_accounts_v1 values ('${nobody}', 5, 0, 0, now())`,
    );
    expect(account).toMatchObject([{ kind: 'extra', table: 'accounts', user: nobody }]);
  });

  const park = (user: string, revision: number): string =>
    `insert into mjk_point_parked_accounts values
       ('points', 1, '${user}', ${revision}, 'pg:0000000000000001', 'failed-fold', 'x', now())`;

  it('lists parked accounts, and compares their rows that are in the tables', async () => {
    await pool.query(park(BO, 2));
    try {
      const found = await after(
        `delete from mjk_point_transactions_v1 where user_id = '${BO}' and revision >= 2;
         update mjk_point_transactions_v1 set amount = amount + 1
         where user_id = '${BO}' and revision = 0`,
      );
      const ofBo = found.filter(({ table, user }) => table === 'transactions' && user === BO);
      expect(ofBo.filter(({ column }) => column !== 'id')).toMatchObject([
        { row: '0/0', column: 'amount', expected: 1000, found: 1001 },
      ]);
      expect((await diff(BO)).parked).toMatchObject([{ user: BO, revision: 2 }]);
      expect((await diff(ANNA)).parked).toEqual([]);
    } finally {
      await pool.query('delete from mjk_point_parked_accounts');
    }
  });

  it('accepts the later ids of an account that was unparked, in their order', async () => {
    await pool.query('update mjk_point_checkpoints set unparked = 1, last_id = last_id + 1000');
    try {
      const moved = `update mjk_point_transactions_v1 set id = id + 900 where user_id = '${BO}';
        update mjk_point_consumptions_v1 set first_row = first_row + 900,
          duration_row = duration_row + 900 where user_id = '${BO}'`;
      expect(await after(moved)).toEqual([]);
      const exchanged = await after(`
        with two as (
          select array_agg(id order by id) as ids from (
            select id from mjk_point_transactions_v1 where user_id = '${BO}' order by id limit 2) t)
        update mjk_point_transactions_v1 t
        set id = case when t.id = two.ids[1] then 2000 else t.id end from two
        where t.id = two.ids[1]`);
      expect(exchanged).toContainEqual(expect.objectContaining({ user: BO, column: 'id' }));
    } finally {
      await pool.query('update mjk_point_checkpoints set unparked = 0, last_id = last_id - 1000');
    }
  });

  it('takes ids that begin behind another number as they are, dense from there', async () => {
    const moveBy = (by: number) => `update mjk_point_checkpoints
        set ids_after = ids_after + ${by}, last_id = last_id + ${by};
      update mjk_point_transactions_v1 set id = id + ${by};
      update mjk_point_consumptions_v1 set first_row = first_row + ${by},
        duration_row = duration_row + ${by}`;
    await pool.query(moveBy(1_000_000));
    try {
      expect((await diff()).found).toEqual([]);
      await pool.query('update mjk_point_checkpoints set ids_after = ids_after - 1');
      expect((await diff()).found).toContainEqual(expect.objectContaining({ column: 'id' }));
      await pool.query('update mjk_point_checkpoints set ids_after = ids_after + 1');
    } finally {
      await pool.query(moveBy(-1_000_000));
    }
  });

  it('compares one user only, if a user is given', async () => {
    const change = `update mjk_point_accounts_v1 set balance = balance + 1`;
    expect((await after(change, ANNA)).map(({ user }) => user)).toEqual([ANNA]);
    expect(await after(`delete from mjk_point_accounts_v1 where user_id = '${BO}'`, ANNA)).toEqual(
      [],
    );
  });

  it('finds no difference while events are written and the tables lag behind', async () => {
    const position = await ledger.store.head();
    const more = SAMPLE_COMMANDS.filter(({ type }) => type === 'RechargePoints');
    let isWriting = true;
    const writing = (async () => {
      for (let day = 30; isWriting && day < 200; day++) {
        const [first] = more;
        if (first === undefined) return;
        await writeSampleLedger(ledger.store, {
          commands: [{ ...first, id: `more-${day}`, at: dayTime(day) }],
        });
        if (day % 3 === 0) await project((await positionNow()) ?? position);
      }
    })();
    for (let round = 0; round < 8; round++) expect((await diff()).found).toEqual([]);
    isWriting = false;
    await writing;
    await project(await positionNow());
    expect((await diff()).found).toEqual([]);
  });
});

async function positionNow(): Promise<Position | null> {
  const { rows } = await pool.query<{ position: Position | null }>(
    'select position from mjk_point_checkpoints',
  );
  return rows[0]?.position ?? null;
}
