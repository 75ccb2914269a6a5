import type { ClientBase, Pool } from 'pg';
import type { GeneratedAccount } from './generate-legacy.js';

interface LegacyTables {
  readonly hasDuration: boolean;
  /** Columns that hold what those of the model can't. */
  readonly isLoose: boolean;
}

/** The tables of the old service, as SQLAlchemy makes them of its model, and a table of batches. */
export async function createLegacyTables(
  pool: Pool,
  { hasDuration, isLoose }: LegacyTables,
): Promise<void> {
  const [uuid, int, time] = isLoose
    ? ['text', 'numeric', 'text']
    : ['uuid', 'integer', 'timestamptz'];
  await pool.query(`
    create table mjk_point_transactions (
      id bigserial primary key,
      user_id uuid not null,
      type varchar(20) not null,
      amount integer not null,
      balance_before integer not null,
      balance_after integer not null,
      source_type varchar(32),
      source_id varchar(64),
      batch_id bigint,
      ${hasDuration ? 'duration double precision,' : ''}
      description text,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    );
    create table point_batches (
      id ${isLoose ? 'text' : 'bigint'},
      user_id ${uuid},
      points_left ${int},
      expires_at ${time},
      points ${int},
      priority integer,
      order_no text,
      created_at ${time}
    )`);
}

/** The mapping of the table of batches. */
export const BATCHES = {
  table: 'point_batches',
  id: 'id',
  user: 'user_id',
  remaining: 'points_left',
  expiresAt: 'expires_at',
  points: 'points',
  priority: 'priority',
  rechargeId: 'order_no',
  sourceId: 'order_no',
  createdAt: 'created_at',
} as const;

/** Fills tables that exist, whoever made them. */
export async function fillLegacyTables(
  client: ClientBase | Pool,
  accounts: readonly GeneratedAccount[],
): Promise<void> {
  const rows = accounts.flatMap(({ raw }) =>
    raw.rows.map((row) => ({
      id: row.id,
      user_id: raw.userId,
      type: row.type,
      amount: row.amount,
      balance_before: row.balanceBefore,
      balance_after: row.balanceAfter,
      source_type: row.sourceType,
      source_id: row.sourceId,
      batch_id: row.batchId,
      duration: row.duration,
      description: row.description,
      created_at: row.createdAt,
      updated_at: row.updatedAt,
    })),
  );
  const batches = accounts.flatMap(({ raw }) =>
    raw.batches.map((batch) => ({
      id: batch.id,
      user_id: raw.userId,
      points_left: batch.remaining,
      expires_at: batch.expiresAt,
      points: batch.points,
      priority: batch.priority,
      order_no: batch.rechargeId,
      created_at: batch.createdAt,
    })),
  );
  await insert(client, 'mjk_point_transactions', rows);
  await insert(client, 'point_batches', batches);
  // Ids come from the sequence, as of a service that wrote all of them.
  await client.query(`select setval(pg_get_serial_sequence('mjk_point_transactions', 'id'), max(id))
    from mjk_point_transactions`);
}

/** JSON has every value as text, which Postgres reads as the type of its column. */
const insert = (client: ClientBase | Pool, table: string, records: readonly object[]) =>
  client.query(`insert into ${table} select * from json_populate_recordset(null::${table}, $1)`, [
    JSON.stringify(records),
  ]);
