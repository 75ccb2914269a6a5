import type { Pool } from 'pg';

import { createTestDatabase, type TestDatabase } from '#testing';

import { MigrationMismatchError } from '#migrations';
import { migrate } from './migrate.js';
import { MIGRATIONS } from './migrations.js';

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await createTestDatabase('read_migrations');
});

beforeEach(async () => {
  pool = await database.emptyPool();
});

afterAll(() => database.drop());

const columnsOf = async (table: string) => {
  const { rows } = await pool.query<{ column: string }>(
    `select column_name || ' ' || data_type ||
       coalesce('(' || character_maximum_length || ')', '') as column
     from information_schema.columns
     where table_schema = current_schema() and table_name = $1
     order by ordinal_position`,
    [table],
  );
  return rows.map((row) => row.column);
};

const upTo = (number: number) => MIGRATIONS.filter((migration) => migration.number <= number);

describe('the migrations', () => {
  it('are numbered from 1 without gaps', () => {
    expect(MIGRATIONS.map(({ number }) => number)).toEqual(MIGRATIONS.map((_, index) => index + 1));
  });

  it('run once', async () => {
    expect(await migrate(pool)).toEqual(MIGRATIONS.map(({ number }) => number));
    expect(await migrate(pool)).toEqual([]);
  });

  it('continue from where a database is', async () => {
    for (const { number } of MIGRATIONS) {
      expect(await migrate(pool, upTo(number))).toEqual([number]);
    }
  });

  it('run once when several processes start at the same time', async () => {
    const ran = await Promise.all([1, 2, 3, 4].map(() => migrate(database.beside(pool))));
    expect(ran.flat()).toEqual(MIGRATIONS.map(({ number }) => number));
  });

  it('refuse a database that a newer program has migrated', async () => {
    await migrate(pool);
    await pool.query(`insert into mjk_point_migrations (number, name) values (999, 'newer')`);
    await expect(migrate(pool)).rejects.toThrow(MigrationMismatchError);
  });

  it('adds digests to a history that an earlier release wrote', async () => {
    await migrate(pool);
    await pool.query('alter table mjk_point_migrations drop column digest');
    expect(await migrate(pool)).toEqual([]);
    const { rows } = await pool.query(
      'select count(digest)::integer as digests from mjk_point_migrations',
    );
    expect(rows).toEqual([{ digests: MIGRATIONS.length }]);
  });

  it('rejects a database that applied another migration under the same number', async () => {
    await migrate(pool);
    await pool.query(`update mjk_point_migrations set digest = 'x' where number = 3`);
    await expect(migrate(pool)).rejects.toThrow('another migration 3');
  });

  it('are all or nothing', async () => {
    const broken = { number: 1, name: 'broken', sql: 'create table half (); select 1 / 0' };
    await expect(migrate(pool, [broken])).rejects.toThrow('division by zero');
    expect(await columnsOf('half')).toEqual([]);
    const { rows } = await pool.query(`select to_regclass('half') as half`);
    expect(rows).toEqual([{ half: null }]);
    expect(await migrate(pool)).toHaveLength(MIGRATIONS.length);
  });
});

describe('migration 1', () => {
  it('makes the checkpoints, of which one version at most is live', async () => {
    await migrate(pool, upTo(1));
    const insert = (version: number) =>
      pool.query(
        `insert into mjk_point_checkpoints (name, version, state) values ('a', $1, 'live')`,
        [version],
      );
    await insert(1);
    await expect(insert(2)).rejects.toMatchObject({ code: '23505' });
  });
});

describe('migration 2', () => {
  it('makes mjk_point_transactions with exactly the published columns', async () => {
    await migrate(pool, upTo(2));
    expect(await columnsOf('mjk_point_transactions')).toEqual([
      'id bigint',
      'user_id uuid',
      'type character varying(20)',
      'amount integer',
      'balance_before integer',
      'balance_after integer',
      'source_type character varying(32)',
      'source_id character varying(64)',
      'batch_id bigint',
      'duration double precision',
      'description text',
      'created_at timestamp with time zone',
      'updated_at timestamp with time zone',
    ]);
  });

  it('adds the columns that say what each row was made of', async () => {
    await migrate(pool, upTo(2));
    expect((await columnsOf('mjk_point_transactions_v1')).slice(13)).toEqual([
      'revision bigint',
      'line integer',
      'consumption_of bigint',
    ]);
  });

  it('lets no column be null that readers rely on', async () => {
    await migrate(pool, upTo(2));
    const { rows } = await pool.query<{ name: string }>(
      `select column_name as name from information_schema.columns
       where table_schema = current_schema() and table_name = 'mjk_point_transactions_v1'
         and is_nullable = 'YES'
       order by ordinal_position`,
    );
    expect(rows.map(({ name }) => name)).toEqual([
      'source_type',
      'source_id',
      'batch_id',
      'duration',
      'description',
      'consumption_of',
    ]);
  });

  it('begins with an empty version 1 that is live', async () => {
    await migrate(pool, upTo(2));
    const { rows } = await pool.query(
      'select name, version, state, position from mjk_point_checkpoints',
    );
    expect(rows).toEqual([{ name: 'points', version: 1, state: 'live', position: null }]);
  });

  it.each([
    ['accounts', ['user_id']],
    ['batches', ['user_id', 'batch_id']],
    ['consumptions', ['user_id', 'revision']],
    ['transactions', ['id']],
  ])('gives mjk_point_%s its key', async (table, key) => {
    await migrate(pool, upTo(2));
    const { rows } = await pool.query<{ name: string }>(
      `select a.attname as name from pg_index i
       join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
       where i.indrelid = $1::regclass and i.indisprimary
       order by array_position(i.indkey::int[], a.attnum::int)`,
      [`mjk_point_${table}_v1`],
    );
    expect(rows.map(({ name }) => name)).toEqual(key);
  });
});

describe('migration 3', () => {
  it('finds the first id at or after a time, for accounts of any size', async () => {
    await migrate(pool, upTo(3));
    const user = '00000000-0000-4000-8000-000000000001';
    await pool.query(
      `insert into mjk_point_transactions_v1
       select n, case when n % 3 = 0 then $1::uuid else gen_random_uuid() end, 'recharge', 1, 0, 1,
         null, null, null, null, null, ts, ts, n, 0, null
       from (
         select n, timestamptz '2030-01-01Z' + (n / 30) * interval '1 minute' as ts
         from generate_series(1, 900) n
       ) made`,
      [user],
    );
    for (let minute = -1; minute <= 31; minute++) {
      const at = new Date(Date.parse('2030-01-01T00:00:00.000Z') + minute * 60_000);
      const { rows } = await pool.query<{ wrong: string }>(
        `select count(*) as wrong from mjk_point_transactions
         where user_id = $1
           and (id >= mjk_point_first_id($1, $2)) is distinct from (created_at >= $2)`,
        [user, at],
      );
      expect([minute, rows[0]?.wrong]).toEqual([minute, '0']);
    }
  });

  it('gives 0 for an account without rows', async () => {
    await migrate(pool, upTo(3));
    const { rows } = await pool.query(`select mjk_point_first_id(gen_random_uuid(), now()) as id`);
    expect(rows).toEqual([{ id: '0' }]);
  });
});

describe('migration 4', () => {
  const user = '00000000-0000-4000-8000-000000000001';

  /** As a program of migration 3 left them. */
  const fill = async (): Promise<void> => {
    await migrate(pool, upTo(3));
    await pool.query(
      `insert into mjk_point_transactions_v1
       select n, case when n % 3 = 0 then $1::uuid else gen_random_uuid() end, 'recharge', 1, 0, 1,
         null, null, null, null, null, timestamptz '2030-01-01Z', timestamptz '2030-01-01Z',
         n / 6, (n / 3) % 2, null
       from generate_series(1, 90) n`,
      [user],
    );
    await pool.query(
      `update mjk_point_checkpoints
       set position = 'memory:0000000000000090', last_id = 90, event_count = 90`,
    );
  };

  it('changes no row and parks no account', async () => {
    await fill();
    const before = await pool.query('select * from mjk_point_transactions order by id');
    expect(await migrate(pool, upTo(4))).toEqual([4]);
    const after = await pool.query('select * from mjk_point_transactions order by id');
    expect(after.rows).toEqual(before.rows);
    const { rows } = await pool.query(
      'select position, last_id, event_count, unparked from mjk_point_checkpoints',
    );
    expect(rows).toEqual([
      { position: 'memory:0000000000000090', last_id: '90', event_count: '90', unparked: '0' },
    ]);
    expect((await pool.query('select 1 from mjk_point_parked_accounts')).rowCount).toBe(0);
  });

  it('finds the first id at or after a revision and line', async () => {
    await fill();
    await migrate(pool, upTo(4));
    for (let revision = -1; revision <= 17; revision++) {
      for (const line of [0, 1, 2]) {
        const { rows } = await pool.query<{ wrong: string }>(
          `select count(*) as wrong from mjk_point_transaction_lines
           where user_id = $1
             and (id >= mjk_point_id_at($1, $2, $3))
               is distinct from ((revision, line) >= ($2::bigint, $3::integer))`,
          [user, revision, line],
        );
        expect([revision, line, rows[0]?.wrong]).toEqual([revision, line, '0']);
      }
    }
    const none = await pool.query(`select mjk_point_id_at(gen_random_uuid(), 3, 0) as id`);
    expect(none.rows).toEqual([{ id: '0' }]);
  });

  it('deletes the parked accounts of a version together with the version', async () => {
    await migrate(pool, upTo(4));
    await pool.query(
      `insert into mjk_point_parked_accounts
       values ('points', 1, $1, 0, 'memory:0000000000000001', 'unreadable-event', 'x', now())`,
      [user],
    );
    await pool.query('delete from mjk_point_checkpoints');
    expect((await pool.query('select 1 from mjk_point_parked_accounts')).rowCount).toBe(0);
  });
});

describe('migration 6', () => {
  const user = '00000000-0000-4000-8000-000000000001';
  const asBefore = `
    insert into mjk_point_accounts_v1 (user_id, balance, held, revision, updated_at)
    values ('${user}', 5, 0, 1, now());
    insert into mjk_point_consumptions_v1 (
      user_id, revision, consumption_id, source_type, status, actual, drawn, refunded, opened_at,
      first_row, row_count, duration_row)
    values ('${user}', 1, 'c1', 'tts', 'closed', 7, 7, 0, now(), 1, 1, 1)`;
  const shown = async () => {
    const { rows } = await pool.query<Record<string, unknown>>(
      `select a.balance, a.owed as account_owed, c.actual, c.charged, c.owed, c.uncollected,
         c.quantity, c.price
       from mjk_point_accounts a join mjk_point_consumptions c using (user_id)`,
    );
    return rows;
  };
  const known = {
    balance: 5,
    account_owed: 0,
    actual: 7,
    charged: 7,
    owed: 0,
    uncollected: 0,
    quantity: null,
    price: null,
  };

  it('says of rows that were there that all was charged and nothing is owed', async () => {
    await migrate(pool, upTo(5));
    await pool.query(asBefore);
    expect(await migrate(pool, upTo(6))).toEqual([6]);
    expect(await shown()).toEqual([known]);
  });

  it('lets a program of an earlier release go on writing', async () => {
    await migrate(pool, upTo(6));
    await pool.query(asBefore);
    expect(await shown()).toEqual([known]);
  });

  it('brings the columns to every version that there is, and shows those of the live one', async () => {
    await migrate(pool, upTo(5));
    await pool.query(`
      update mjk_point_checkpoints set state = 'kept', position = 'memory:0000000000000001';
      insert into mjk_point_checkpoints (name, version, state) values ('points', 7, 'live')`);
    for (const table of ['transactions', 'accounts', 'batches', 'consumptions']) {
      await pool.query(
        `create table mjk_point_${table}_v7 (like mjk_point_${table}_v1 including all)`,
      );
    }
    await migrate(pool, upTo(6));
    await pool.query(asBefore.replaceAll('_v1', '_v7'));
    expect(await shown()).toEqual([known]);
    for (const table of ['accounts', 'consumptions', 'recharges']) {
      expect(await columnsOf(`mjk_point_${table}_v7`)).toEqual(
        await columnsOf(`mjk_point_${table}_v1`),
      );
    }
    const { rows } = await pool.query(
      'select version, has_all_recharges from mjk_point_checkpoints order by version',
    );
    expect(rows).toEqual([
      { version: 1, has_all_recharges: false },
      { version: 7, has_all_recharges: true },
    ]);
  });
});

describe('migration 9', () => {
  it('brings the columns of a take-over to every version, and shows those of the live one', async () => {
    await migrate(pool, upTo(8));
    await pool.query(`
      update mjk_point_checkpoints set state = 'kept', position = 'memory:0000000000000001';
      insert into mjk_point_checkpoints (name, version, state) values ('points', 7, 'live')`);
    for (const table of ['transactions', 'accounts', 'batches', 'consumptions', 'recharges']) {
      await pool.query(
        `create table mjk_point_${table}_v7 (like mjk_point_${table}_v1 including all)`,
      );
    }
    expect(await migrate(pool, upTo(9))).toEqual([9]);
    for (const [table, column] of [
      ['transactions', 'legacy_id bigint'],
      ['accounts', 'take_over character varying(12)'],
      ['accounts', 'legacy_through bigint'],
    ]) {
      expect(await columnsOf(`mjk_point_${table}_v1`)).toContain(column);
      expect(await columnsOf(`mjk_point_${table}_v7`)).toContain(column);
    }
    await pool.query(`
      insert into mjk_point_accounts_v7 values
        ('00000000-0000-4000-8000-000000000001', 5, 0, 0, now(), 0, 'imported', 9)`);
    const { rows } = await pool.query('select take_over, legacy_through from mjk_point_accounts');
    expect(rows).toEqual([{ take_over: 'imported', legacy_through: '9' }]);
    expect(await columnsOf('mjk_point_transaction_lines')).toContain('legacy_id bigint');
    expect(await columnsOf('mjk_point_transactions')).not.toContain('legacy_id bigint');
  });

  it('bounds legacy rows as a whole, and what came after them by its times', async () => {
    await migrate(pool);
    const user = '00000000-0000-4000-8000-000000000001';
    await pool.query(
      `insert into mjk_point_accounts_v1 values ($1, 5, 0, 0, now(), 0, 'opened', 3)`,
      [user],
    );
    await pool.query(
      `insert into mjk_point_transactions_v1 (id, user_id, type, amount, balance_before, balance_after,
         created_at, updated_at, revision, line, legacy_id)
       select n, $1, 'recharge', 1, 0, 1, at, at, 1, n, case when n <= 3 then n end
       from (select n, case when n <= 3 then timestamptz '2029-01-10Z' - n * interval '1 day'
           else timestamptz '2030-01-01Z' + n * interval '1 day' end as at
         from generate_series(1, 6) as n) as rows`,
      [user],
    );
    const bounds = async (since: string): Promise<unknown> => {
      const { rows } = await pool.query(
        `select mjk_point_first_id($1, $2)::int as first, mjk_point_end_id($1, $2)::int as "end"`,
        [user, since],
      );
      return rows[0];
    };
    expect(await bounds('-infinity')).toMatchObject({ first: 0 });
    expect(await bounds('2029-01-08Z')).toEqual({ first: 0, end: 4 });
    expect(await bounds('2030-01-06Z')).toEqual({ first: 5, end: 5 });
    expect(await bounds('infinity')).toEqual({ first: 7, end: 7 });
  });
});
