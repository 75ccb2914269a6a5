import type { Pool } from 'pg';

import { createTestDatabase, type TestDatabase } from '#testing';

import { migrate } from './migrate.js';
import { dropTablesSql, indexesSql, tablesSql, viewsSql } from './version-tables.js';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase('version_tables');
});

afterAll(() => database.drop());

/** Everything that the catalog knows of the tables, views and indexes, line by line. */
async function catalogOf(pool: Pool): Promise<readonly string[]> {
  const { rows } = await pool.query<{ line: string }>(
    `select format('%s.%s %s%s%s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
         case when a.attnotnull then ' not null' else '' end,
         case when d.adbin is null then '' else ' = ' || pg_get_expr(d.adbin, d.adrelid) end) as line,
       1 as part, c.relname, a.attnum
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
       left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
     where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'v')
     union all
     select format('%s: %s %s', c.relname, o.conname, pg_get_constraintdef(o.oid)), 2, o.conname, 0
     from pg_constraint o join pg_class c on c.oid = o.conrelid
     where c.relnamespace = current_schema()::regnamespace and o.contype <> 'n'
     union all
     select format('%s with %s', relname, reloptions), 3, relname, 0
     from pg_class where relnamespace = current_schema()::regnamespace and reloptions is not null
     union all
     select replace(indexdef, current_schema() || '.', ''), 4, indexname, 0
     from pg_indexes where schemaname = current_schema()
     order by 2, 3, 4`,
  );
  return rows.map(({ line }) => line.replaceAll(/\s+/g, ' '));
}

/** A version as databases have it. A line that changes here changes in none of them by itself. */
const CATALOG = `
mjk_point_accounts.user_id uuid
mjk_point_accounts.balance integer
mjk_point_accounts.held integer
mjk_point_accounts.revision bigint
mjk_point_accounts.updated_at timestamp with time zone
mjk_point_accounts.owed integer
mjk_point_accounts.take_over character varying(12)
mjk_point_accounts.legacy_through bigint
mjk_point_accounts_v1.user_id uuid not null
mjk_point_accounts_v1.balance integer not null
mjk_point_accounts_v1.held integer not null
mjk_point_accounts_v1.revision bigint not null
mjk_point_accounts_v1.updated_at timestamp with time zone not null
mjk_point_accounts_v1.owed integer not null = 0
mjk_point_accounts_v1.take_over character varying(12)
mjk_point_accounts_v1.legacy_through bigint
mjk_point_batches.user_id uuid
mjk_point_batches.batch_id bigint
mjk_point_batches.points bigint
mjk_point_batches.remaining integer
mjk_point_batches.priority smallint
mjk_point_batches.expires_at timestamp with time zone
mjk_point_batches.grace boolean
mjk_point_batches.revision bigint
mjk_point_batches.line integer
mjk_point_batches.created_at timestamp with time zone
mjk_point_batches.due_at timestamp with time zone
mjk_point_batches_v1.user_id uuid not null
mjk_point_batches_v1.batch_id bigint not null
mjk_point_batches_v1.points bigint not null
mjk_point_batches_v1.remaining integer not null
mjk_point_batches_v1.priority smallint not null
mjk_point_batches_v1.expires_at timestamp with time zone
mjk_point_batches_v1.grace boolean not null
mjk_point_batches_v1.revision bigint not null
mjk_point_batches_v1.line integer not null
mjk_point_batches_v1.created_at timestamp with time zone not null
mjk_point_batches_v1.due_at timestamp with time zone = CASE WHEN (remaining > 0) THEN expires_at ELSE NULL::timestamp with time zone END
mjk_point_consumptions.user_id uuid
mjk_point_consumptions.revision bigint
mjk_point_consumptions.consumption_id character varying(128)
mjk_point_consumptions.source_type character varying(32)
mjk_point_consumptions.source_id character varying(64)
mjk_point_consumptions.status character varying(20)
mjk_point_consumptions.estimate integer
mjk_point_consumptions.actual integer
mjk_point_consumptions.drawn bigint
mjk_point_consumptions.refunded bigint
mjk_point_consumptions.duration double precision
mjk_point_consumptions.settle_by timestamp with time zone
mjk_point_consumptions.opened_at timestamp with time zone
mjk_point_consumptions.closed_at timestamp with time zone
mjk_point_consumptions.first_row bigint
mjk_point_consumptions.row_count integer
mjk_point_consumptions.duration_row bigint
mjk_point_consumptions.due_at timestamp with time zone
mjk_point_consumptions.charged integer
mjk_point_consumptions.owed integer
mjk_point_consumptions.uncollected integer
mjk_point_consumptions.quantity double precision
mjk_point_consumptions.price jsonb
mjk_point_consumptions_v1.user_id uuid not null
mjk_point_consumptions_v1.revision bigint not null
mjk_point_consumptions_v1.consumption_id character varying(128) not null
mjk_point_consumptions_v1.source_type character varying(32) not null
mjk_point_consumptions_v1.source_id character varying(64)
mjk_point_consumptions_v1.status character varying(20) not null
mjk_point_consumptions_v1.estimate integer
mjk_point_consumptions_v1.actual integer
mjk_point_consumptions_v1.drawn bigint not null
mjk_point_consumptions_v1.refunded bigint not null
mjk_point_consumptions_v1.duration double precision
mjk_point_consumptions_v1.settle_by timestamp with time zone
mjk_point_consumptions_v1.opened_at timestamp with time zone not null
mjk_point_consumptions_v1.closed_at timestamp with time zone
mjk_point_consumptions_v1.first_row bigint not null
mjk_point_consumptions_v1.row_count integer not null
mjk_point_consumptions_v1.duration_row bigint not null
mjk_point_consumptions_v1.due_at timestamp with time zone = CASE WHEN ((status)::text = 'open'::text) THEN settle_by ELSE NULL::timestamp with time zone END
mjk_point_consumptions_v1.charged integer
mjk_point_consumptions_v1.owed integer not null = 0
mjk_point_consumptions_v1.uncollected integer not null = 0
mjk_point_consumptions_v1.quantity double precision
mjk_point_consumptions_v1.price jsonb
mjk_point_recharges.user_id uuid
mjk_point_recharges.revision bigint
mjk_point_recharges.recharge_id character varying(128)
mjk_point_recharges.batch_id bigint
mjk_point_recharges.points integer
mjk_point_recharges.reversed bigint
mjk_point_recharges.reinstated bigint
mjk_point_recharges.source_id character varying(64)
mjk_point_recharges_v1.user_id uuid not null
mjk_point_recharges_v1.revision bigint not null
mjk_point_recharges_v1.recharge_id character varying(128) not null
mjk_point_recharges_v1.batch_id bigint not null
mjk_point_recharges_v1.points integer not null
mjk_point_recharges_v1.reversed bigint not null
mjk_point_recharges_v1.reinstated bigint not null
mjk_point_recharges_v1.source_id character varying(64)
mjk_point_transaction_lines.id bigint
mjk_point_transaction_lines.user_id uuid
mjk_point_transaction_lines.type character varying(20)
mjk_point_transaction_lines.amount integer
mjk_point_transaction_lines.balance_before integer
mjk_point_transaction_lines.balance_after integer
mjk_point_transaction_lines.source_type character varying(32)
mjk_point_transaction_lines.source_id character varying(64)
mjk_point_transaction_lines.batch_id bigint
mjk_point_transaction_lines.duration double precision
mjk_point_transaction_lines.description text
mjk_point_transaction_lines.created_at timestamp with time zone
mjk_point_transaction_lines.updated_at timestamp with time zone
mjk_point_transaction_lines.revision bigint
mjk_point_transaction_lines.line integer
mjk_point_transaction_lines.consumption_of bigint
mjk_point_transaction_lines.legacy_id bigint
mjk_point_transactions.id bigint
mjk_point_transactions.user_id uuid
mjk_point_transactions.type character varying(20)
mjk_point_transactions.amount integer
mjk_point_transactions.balance_before integer
mjk_point_transactions.balance_after integer
mjk_point_transactions.source_type character varying(32)
mjk_point_transactions.source_id character varying(64)
mjk_point_transactions.batch_id bigint
mjk_point_transactions.duration double precision
mjk_point_transactions.description text
mjk_point_transactions.created_at timestamp with time zone
mjk_point_transactions.updated_at timestamp with time zone
mjk_point_transactions_v1.id bigint not null
mjk_point_transactions_v1.user_id uuid not null
mjk_point_transactions_v1.type character varying(20) not null
mjk_point_transactions_v1.amount integer not null
mjk_point_transactions_v1.balance_before integer not null
mjk_point_transactions_v1.balance_after integer not null
mjk_point_transactions_v1.source_type character varying(32)
mjk_point_transactions_v1.source_id character varying(64)
mjk_point_transactions_v1.batch_id bigint
mjk_point_transactions_v1.duration double precision
mjk_point_transactions_v1.description text
mjk_point_transactions_v1.created_at timestamp with time zone not null
mjk_point_transactions_v1.updated_at timestamp with time zone not null
mjk_point_transactions_v1.revision bigint not null
mjk_point_transactions_v1.line integer not null
mjk_point_transactions_v1.consumption_of bigint
mjk_point_transactions_v1.legacy_id bigint
mjk_point_accounts_v1: mjk_point_accounts_v1_balance_check CHECK ((balance >= 0))
mjk_point_accounts_v1: mjk_point_accounts_v1_held_check CHECK ((held >= 0))
mjk_point_accounts_v1: mjk_point_accounts_v1_owed_check CHECK ((owed >= 0))
mjk_point_accounts_v1: mjk_point_accounts_v1_pkey PRIMARY KEY (user_id)
mjk_point_batches_v1: mjk_point_batches_v1_pkey PRIMARY KEY (user_id, batch_id)
mjk_point_batches_v1: mjk_point_batches_v1_remaining_check CHECK ((remaining >= 0))
mjk_point_consumptions_v1: mjk_point_consumptions_v1_check CHECK ((refunded <= drawn))
mjk_point_consumptions_v1: mjk_point_consumptions_v1_pkey PRIMARY KEY (user_id, revision)
mjk_point_consumptions_v1: mjk_point_consumptions_v1_status_check CHECK (((status)::text = ANY ((ARRAY['open'::character varying, 'closed'::character varying, 'settled'::character varying, 'cancelled'::character varying, 'timed_out'::character varying])::text[])))
mjk_point_recharges_v1: mjk_point_recharges_v1_check CHECK ((reinstated <= reversed))
mjk_point_recharges_v1: mjk_point_recharges_v1_pkey PRIMARY KEY (user_id, revision)
mjk_point_transactions_v1: mjk_point_transactions_v1_amount_check CHECK ((amount > 0))
mjk_point_transactions_v1: mjk_point_transactions_v1_balance_after_check CHECK ((balance_after >= 0))
mjk_point_transactions_v1: mjk_point_transactions_v1_balance_before_check CHECK ((balance_before >= 0))
mjk_point_transactions_v1: mjk_point_transactions_v1_pkey PRIMARY KEY (id)
mjk_point_transactions_v1: mjk_point_transactions_v1_type_check CHECK (((type)::text = ANY ((ARRAY['recharge'::character varying, 'consume'::character varying, 'expire'::character varying, 'refund'::character varying])::text[])))
mjk_point_accounts_v1 with {fillfactor=50}
mjk_point_batches_v1 with {fillfactor=50}
mjk_point_consumptions_v1 with {fillfactor=90}
mjk_point_recharges_v1 with {fillfactor=90}
CREATE UNIQUE INDEX mjk_point_accounts_v1_pkey ON mjk_point_accounts_v1 USING btree (user_id)
CREATE INDEX mjk_point_batches_v1_due ON mjk_point_batches_v1 USING btree (due_at, user_id) WHERE (due_at IS NOT NULL)
CREATE UNIQUE INDEX mjk_point_batches_v1_pkey ON mjk_point_batches_v1 USING btree (user_id, batch_id)
CREATE INDEX mjk_point_consumptions_v1_due ON mjk_point_consumptions_v1 USING btree (due_at, user_id) WHERE (due_at IS NOT NULL)
CREATE UNIQUE INDEX mjk_point_consumptions_v1_pkey ON mjk_point_consumptions_v1 USING btree (user_id, revision)
CREATE INDEX mjk_point_recharges_v1_id ON mjk_point_recharges_v1 USING btree (user_id, recharge_id, revision DESC)
CREATE UNIQUE INDEX mjk_point_recharges_v1_pkey ON mjk_point_recharges_v1 USING btree (user_id, revision)
CREATE INDEX mjk_point_transactions_v1_later ON mjk_point_transactions_v1 USING btree (user_id, consumption_of, id) WHERE (consumption_of <> revision)
CREATE UNIQUE INDEX mjk_point_transactions_v1_legacy ON mjk_point_transactions_v1 USING btree (user_id, legacy_id) WHERE (legacy_id IS NOT NULL)
CREATE INDEX mjk_point_transactions_v1_page ON mjk_point_transactions_v1 USING btree (user_id, id DESC)
CREATE UNIQUE INDEX mjk_point_transactions_v1_pkey ON mjk_point_transactions_v1 USING btree (id)
CREATE INDEX mjk_point_transactions_v1_source ON mjk_point_transactions_v1 USING btree (user_id, source_id, id DESC) WHERE (source_id IS NOT NULL)
`;

/** Tells the tables and views of a version from those beside them, such as the checkpoints. */
const OF_A_VERSION =
  /mjk_point_(transactions|transaction_lines|accounts|batches|consumptions|recharges)/;

const create = async (version: number): Promise<Pool> => {
  const pool = await database.emptyPool();
  await pool.query(tablesSql(version));
  for (const sql of indexesSql(version)) await pool.query(sql);
  await pool.query(viewsSql(version));
  return pool;
};

describe('the tables of a version', () => {
  it('have the columns, constraints, storage options and indexes that databases have', async () => {
    expect(await catalogOf(await create(1))).toEqual(CATALOG.trim().split('\n'));
  });

  it('are those that the migrations create in an empty database', async () => {
    const pool = await database.emptyPool();
    await migrate(pool);
    const lines = (await catalogOf(pool)).filter((line) => OF_A_VERSION.test(line));
    expect(lines).toEqual(CATALOG.trim().split('\n'));
  });

  it('differ from those of another version by its number alone', async () => {
    const others = (await catalogOf(await create(12))).map((line) =>
      line.replaceAll('_v12', '_v1'),
    );
    expect(others).toEqual(CATALOG.trim().split('\n'));
  });

  it('are read by views that another version can take over', async () => {
    const pool = await create(1);
    await pool.query(tablesSql(2));
    await pool.query(`insert into mjk_point_accounts_v2 select gen_random_uuid(), 5, 0, 0, now()`);
    expect((await pool.query('select 1 from mjk_point_accounts')).rowCount).toBe(0);
    await pool.query(viewsSql(2));
    expect((await pool.query('select 1 from mjk_point_accounts')).rowCount).toBe(1);
  });

  it('can have their indexes made again, which a crash may have left in part', async () => {
    const pool = await create(1);
    const before = await catalogOf(pool);
    for (const sql of indexesSql(1)) await pool.query(sql);
    expect(await catalogOf(pool)).toEqual(before);
  });

  it('are dropped without those of another version', async () => {
    const pool = await create(1);
    await pool.query(tablesSql(2));
    await pool.query(dropTablesSql(2));
    expect(await catalogOf(pool)).toEqual(CATALOG.trim().split('\n'));
    await pool.query(dropTablesSql(2));
  });
});
