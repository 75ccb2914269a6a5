import type { Pool } from 'pg';

import type { RowName, TransactionDetails } from '../read-tables.js';
import type { ConsumptionRow, TransactionRow } from '../fold/loaded-rows.js';
import {
  toConsumption,
  toTransactionLine,
  type ConsumptionColumns,
  type TransactionLineColumns,
} from '../schema/columns.js';

/** A consumption has at most as many draws as its account has batches, and as many returns again. */
export const DETAIL_ROWS_MAX = 5_000;

export async function findTransactionDetails(
  pool: Pool,
  userId: string,
  name: RowName,
): Promise<TransactionDetails | null> {
  const row = await ('id' in name ? rowOfId(pool, userId, name.id) : rowAt(pool, userId, name));
  if (row === null) return null;
  const of = row.consumption_of;
  const consumption = of === null ? null : await findConsumption(pool, userId, of);
  if (consumption === null) return { row, consumption: null, rows: [row] };
  return { row, consumption, rows: await rowsOfConsumption(pool, consumption) };
}

async function rowOfId(pool: Pool, userId: string, id: number): Promise<TransactionRow | null> {
  const { rows } = await pool.query<TransactionLineColumns>(
    `select id, user_id, type, amount, balance_before, balance_after, source_type, source_id,
       batch_id, duration, description, created_at, updated_at, revision, line, consumption_of
     from mjk_point_transaction_lines
     where id = $1 and user_id = $2`,
    [id, userId],
  );
  return rows[0] === undefined ? null : toTransactionLine(rows[0]);
}

/** The first row that stands there or behind it, if it stands there. */
async function rowAt(
  pool: Pool,
  userId: string,
  { revision, line }: { readonly revision: number; readonly line: number },
): Promise<TransactionRow | null> {
  const { rows } = await pool.query<TransactionLineColumns>(
    `select id, user_id, type, amount, balance_before, balance_after, source_type, source_id,
       batch_id, duration, description, created_at, updated_at, revision, line, consumption_of
     from mjk_point_transaction_lines
     where user_id = $1 and id >= mjk_point_id_at($1, $2, $3)
     order by id
     limit 1`,
    [userId, revision, line],
  );
  const row = rows[0] === undefined ? null : toTransactionLine(rows[0]);
  return row?.revision === revision && row.line === line ? row : null;
}

async function findConsumption(
  pool: Pool,
  userId: string,
  revision: number,
): Promise<ConsumptionRow | null> {
  const { rows } = await pool.query<ConsumptionColumns>(
    `select user_id, revision, consumption_id, source_type, source_id, status, estimate, actual,
       drawn, refunded, duration, settle_by, opened_at, closed_at, first_row, row_count,
       duration_row
     from mjk_point_consumptions
     where user_id = $1 and revision = $2`,
    [userId, revision],
  );
  const found = rows[0];
  return found === undefined ? null : toConsumption(found);
}

/** Those of the event that began it, which follow one another; then what came later. */
async function rowsOfConsumption(
  pool: Pool,
  { user_id, revision, first_row, row_count }: ConsumptionRow,
): Promise<TransactionDetails['rows']> {
  const { rows } = await pool.query<TransactionLineColumns>(
    `select id, user_id, type, amount, balance_before, balance_after, source_type, source_id,
       batch_id, duration, description, created_at, updated_at, revision, line, consumption_of
     from mjk_point_transaction_lines
     where id >= $3 and id < $3 + $4 and user_id = $1
     union all
     (select id, user_id, type, amount, balance_before, balance_after, source_type, source_id,
        batch_id, duration, description, created_at, updated_at, revision, line, consumption_of
      from mjk_point_transaction_lines
      where user_id = $1 and consumption_of = $2 and consumption_of <> revision
      order by id
      limit $5)
     order by id`,
    [user_id, revision, first_row, row_count, DETAIL_ROWS_MAX],
  );
  return rows.map(toTransactionLine);
}
