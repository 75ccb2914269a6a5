import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '#testing';
import { digestOf, MigrationMismatchError, readAppliedMigrations } from './applied-migrations.js';
import type { Migration, MigrationPlan } from './migration-plan.js';
import { runMigrations, type RunOptions } from './run-migrations.js';

const MIGRATIONS: readonly Migration[] = [
  { name: 'first', sql: 'create table one (id int)' },
  { name: 'second', sql: 'create table two (id int)' },
  { name: 'third', sql: 'insert into two values (3)' },
];

const planOf = (migrations: readonly Migration[], hasNames = true): MigrationPlan => ({
  subject: 'test tables',
  migrations,
  lockKey: 4_711,
  history: {
    table: 'history',
    createSql: `create table if not exists history (
      number int primary key, digest text ${hasNames ? ', name text not null' : ''})`,
    hasNames,
  },
});

const PLAN = planOf(MIGRATIONS);

let database: TestDatabase;
let pool: pg.Pool;

beforeAll(async () => {
  database = await createTestDatabase('migrations');
});
beforeEach(async () => {
  pool = await database.emptyPool();
});
afterAll(() => database.drop());

async function run(
  plan: MigrationPlan = PLAN,
  options?: RunOptions,
  from: pg.Pool = pool,
): Promise<readonly number[]> {
  const client = await from.connect();
  try {
    return await runMigrations(client, plan, options);
  } finally {
    client.release();
  }
}

const query = async (sql: string): Promise<unknown[]> => {
  const { rows } = await pool.query<Record<string, unknown>>(sql);
  return rows;
};

describe('runMigrations', () => {
  it('applies all migrations in their order, once', async () => {
    expect(await run()).toEqual([1, 2, 3]);
    expect(await run()).toEqual([]);
    expect(await query('select id from two')).toEqual([{ id: 3 }]);
  });

  it('stores number, name and digest of each', async () => {
    await run();
    expect(await query('select number, name, digest from history order by number')).toEqual(
      MIGRATIONS.map((migration, index) => ({
        number: index + 1,
        name: migration.name,
        digest: digestOf(migration),
      })),
    );
  });

  it('needs no column for names', async () => {
    expect(await run(planOf(MIGRATIONS, false))).toEqual([1, 2, 3]);
    expect(await query('select number from history')).toHaveLength(3);
  });

  it('stops at a number, and goes on from there', async () => {
    expect(await run(PLAN, { upTo: 1 })).toEqual([1]);
    expect(await run(PLAN, { upTo: 2 })).toEqual([2]);
    expect(await run()).toEqual([3]);
  });

  it('lets one of many processes apply them, and the others wait', async () => {
    const pools = [1, 2, 3, 4].map(() => database.beside(pool));
    const applied = await Promise.all(pools.map((one) => run(PLAN, {}, one)));
    expect(applied.flat()).toEqual([1, 2, 3]);
  });

  it('leaves nothing behind when one of them fails', async () => {
    const broken = planOf([...MIGRATIONS, { name: 'broken', sql: 'select 1 / 0' }]);
    await expect(run(broken)).rejects.toThrow('division by zero');
    expect(
      await query(`select to_regclass('one') as one, to_regclass('history') as history`),
    ).toEqual([{ one: null, history: null }]);
    expect(await run()).toEqual([1, 2, 3]);
  });

  it('runs what belongs behind the last migration every time, and not before it', async () => {
    const afterLast = 'create table if not exists after_last (); insert into one values (1)';
    await run(PLAN, { upTo: 2, afterLast });
    expect(await query(`select to_regclass('after_last') as created`)).toEqual([{ created: null }]);
    await run(PLAN, { afterLast });
    await run(PLAN, { afterLast });
    expect(await query('select id from one')).toHaveLength(2);
  });

  it('rejects a database that a newer program has migrated', async () => {
    await run();
    await expect(run(planOf(MIGRATIONS.slice(0, 2)))).rejects.toMatchObject({
      name: 'MigrationMismatchError',
      kind: 'newer-database',
      message: expect.stringContaining('older than the database') as string,
    });
  });

  it('rejects a database that applied another migration under the same number', async () => {
    await run();
    const changed = MIGRATIONS.with(1, { name: 'second', sql: 'create table two (id bigint)' });
    await expect(run(planOf(changed))).rejects.toMatchObject({
      kind: 'changed-migration',
      message: expect.stringContaining('another migration 2') as string,
    });
    expect(await run()).toEqual([]);
  });

  it('stores the digests that an older program left out', async () => {
    await run();
    await query('update history set digest = null where number < 3');
    expect(await run()).toEqual([]);
    expect(await query('select number from history where digest is null')).toEqual([]);
    const changed = MIGRATIONS.with(0, { name: 'first', sql: 'create table one ()' });
    await expect(run(planOf(changed))).rejects.toThrow(MigrationMismatchError);
  });

  it('applies a migration that was left out between others', async () => {
    await run();
    await query('delete from history where number = 2; drop table two');
    expect(await run(planOf(MIGRATIONS.slice(0, 3)))).toEqual([2]);
    expect(await query('select number from history')).toHaveLength(3);
  });

  it('keeps no lock and no setting in the session', async () => {
    const client = await pool.connect();
    const settings = async (): Promise<unknown[]> => {
      const { rows } = await client.query<Record<string, unknown>>('show lock_timeout');
      return rows;
    };
    const before = await settings();
    await runMigrations(client, PLAN);
    expect(await settings()).toEqual(before);
    client.release();
    expect(await run(PLAN, {}, database.beside(pool))).toEqual([]);
  });
});

describe('readAppliedMigrations', () => {
  it('changes nothing, and says what was applied', async () => {
    await run(PLAN, { upTo: 2 });
    expect(await readAppliedMigrations(pool, PLAN)).toEqual(
      MIGRATIONS.slice(0, 2).map((migration, index) => ({
        number: index + 1,
        digest: digestOf(migration),
      })),
    );
  });

  it('rejects what this program does not know', async () => {
    await run();
    const older = planOf(MIGRATIONS.slice(0, 1));
    await expect(readAppliedMigrations(pool, older)).rejects.toThrow(MigrationMismatchError);
  });
});
