import pg from 'pg';
import { PostgresTableWriter, migrate } from '#read-model';
import { CannotCheckError } from '../store/errors.js';
import { PostgresSource } from '../store/postgres-source.js';
import { writeLedgerOfRules2 } from '../testing/rules-2-ledger.js';
import { ANNA, BO } from '../testing/sample-ledger.js';
import { TestLedger } from '../testing/test-ledger.js';
import { diffTables } from './diff-tables.js';
import type { Difference } from './row-differences.js';
import { TableSnapshot } from './table-snapshot.js';

let ledger: TestLedger;
let pool: pg.Pool;
beforeAll(async () => {
  ledger = await TestLedger.openWith(writeLedgerOfRules2);
  pool = new pg.Pool({ connectionString: ledger.url, max: 2 });
  await migrate(pool);
  const { events, next } = await ledger.store.readAll(null, 10_000);
  if (next === null) throw new Error('the ledger is empty');
  await new PostgresTableWriter(pool, { name: 'points', version: 1 }).write(null, { events, next });
});
afterAll(async () => {
  await pool.end();
  await ledger.close();
});

async function diff() {
  const source = new PostgresSource(ledger.url);
  const tables = await TableSnapshot.open(ledger.url);
  const found: Difference[] = [];
  try {
    const compared = await diffTables(source, tables, null, (one) => found.push(one));
    return { ...compared, found };
  } finally {
    await tables.close();
    await source.close();
  }
}

/** Changes the tables as their owner, and changes them back. */
async function after(change: string, back: string): Promise<readonly Difference[]> {
  await pool.query(change);
  try {
    return (await diff()).found;
  } finally {
    await pool.query(back);
  }
}

describe('diff, of a ledger that went from rules 1 to rules 2,', () => {
  it('finds no difference in tables that were not touched, and counts the recharges', async () => {
    const { found, recharges, accounts } = await diff();
    expect(found).toEqual([]);
    expect(accounts).toBe(3);
    expect(recharges).toBe(15);
  });

  it('has debts, prices, reversals and reinstatements to compare', async () => {
    const { rows } = await pool.query<Record<string, string>>(`
      select (select count(*) from mjk_point_consumptions where price is not null) as priced,
        (select count(*) from mjk_point_consumptions where uncollected > 0) as uncollected,
        (select count(*) from mjk_point_recharges where reversed > 0) as reversed,
        (select count(*) from mjk_point_recharges where reinstated > 0) as reinstated,
        (select count(*) from mjk_point_transactions where description like '%补扣】') as collected`);
    for (const count of Object.values(rows[0] ?? {})) expect(Number(count)).toBeGreaterThan(0);
  });

  it.each([
    ['accounts', 'owed', 'true'],
    ['consumptions', 'charged', 'charged is not null'],
    ['consumptions', 'owed', 'true'],
    ['consumptions', 'uncollected', 'true'],
    ['consumptions', 'quantity', 'quantity is not null'],
    ['consumptions', 'estimate', `consumption_id = 'h1'`],
    ['recharges', 'points', 'true'],
    ['recharges', 'reversed', 'true'],
    ['recharges', 'reinstated', 'reversed > reinstated'],
  ])('finds a row of %s changed in %s', async (table, column, which) => {
    const change = (by: number): string => `update mjk_point_${table}_v1
      set ${column} = ${column} + ${by} where user_id = '${ANNA}' and ${which}`;
    const { rowCount } = await pool.query(change(1));
    const { found } = await diff().finally(() => pool.query(change(-1)));
    expect(found).toHaveLength(rowCount ?? 0);
    for (const one of found) expect(one).toMatchObject({ table, column, user: ANNA });
    expect(found).not.toEqual([]);
  });

  it('finds another price, but not the same one in another order', async () => {
    const set = (price: string): string =>
      `update mjk_point_consumptions_v1 set price = ${price} where price is not null`;
    const reordered = await after(
      set(`jsonb_build_object('unit', price -> 'unit') || price`),
      set('price'),
    );
    expect(reordered).toEqual([]);
    const raised = await after(
      set(`jsonb_set(price, '{minimum}', to_jsonb((price ->> 'minimum')::int + 1))`),
      set(`jsonb_set(price, '{minimum}', to_jsonb((price ->> 'minimum')::int - 1))`),
    );
    expect(raised).toContainEqual(
      expect.objectContaining({ table: 'consumptions', column: 'price', user: BO }),
    );
  });

  it('misses recharges that were never reversed only in tables that have all of them', async () => {
    const kept = `create table kept as select * from mjk_point_recharges_v1;
      delete from mjk_point_recharges_v1 where reversed = 0;`;
    const restore = `delete from mjk_point_recharges_v1;
      insert into mjk_point_recharges_v1 select * from kept; drop table kept;
      update mjk_point_checkpoints set has_all_recharges = true`;
    expect(await after(kept, restore)).toContainEqual(
      expect.objectContaining({ kind: 'missing', table: 'recharges' }),
    );
    const asBefore = `${kept} update mjk_point_checkpoints set has_all_recharges = false`;
    expect(await after(asBefore, restore)).toEqual([]);
  });

  it('refuses to compare tables of a release that knows no recharges', async () => {
    await pool.query('alter view mjk_point_recharges rename to kept_recharges');
    try {
      await expect(diff()).rejects.toThrow(CannotCheckError);
      await expect(diff()).rejects.toThrow('the read tables are of an earlier release');
    } finally {
      await pool.query('alter view kept_recharges rename to mjk_point_recharges');
    }
  });
});
