import type { Pool } from 'pg';

import type { RowName, TransactionDetails } from '../read-tables.js';
import { columnList, columnNames, rowReader } from '../schema/table.js';
import { findRechargeOfRow, findRowsOfRecharge } from './recharges.js';
import {
  CONSUMPTIONS,
  TRANSACTIONS,
  type ConsumptionRow,
  type RechargeRow,
  type TransactionRow,
} from '../schema/tables.js';

/** A consumption has at most as many draws as its account has batches, and as many returns again. */
const DETAIL_ROWS_MAX = 5_000;

const ROW_COLUMNS = columnList(columnNames(TRANSACTIONS));
const readRow = rowReader(TRANSACTIONS);
const readConsumption = rowReader(CONSUMPTIONS);

export async function findTransactionDetails(
  pool: Pool,
  userId: string,
  name: RowName,
): Promise<TransactionDetails | null> {
  const row = await ('id' in name
    ? findRowById(pool, userId, name.id)
    : findRowOfEvent(pool, userId, name));
  if (row === null) return null;
  const of = row.consumption_of;
  const consumption = of === null ? null : await findConsumption(pool, userId, of);
  if (consumption !== null) {
    return { row, consumption, recharge: null, rows: await rowsOfConsumption(pool, consumption) };
  }
  const recharge = await findRechargeOfRow(pool, row);
  return { row, consumption: null, recharge, rows: await rowsBeside(pool, row, recharge) };
}

/** A recharge of which nothing was reversed has no other rows. */
async function rowsBeside(
  pool: Pool,
  row: TransactionRow,
  recharge: RechargeRow | null,
): Promise<readonly TransactionRow[]> {
  if (recharge === null || recharge.reversed === 0) return [row];
  const rows = await findRowsOfRecharge(pool, recharge);
  if (rows.some(({ id }) => id === row.id)) return rows;
  return [...rows, row].sort((a, b) => a.id - b.id);
}

async function findRowById(pool: Pool, userId: string, id: number): Promise<TransactionRow | null> {
  const { rows } = await pool.query<object>(
    `select ${ROW_COLUMNS} from mjk_point_transaction_lines where id = $1 and user_id = $2`,
    [id, userId],
  );
  return rows[0] === undefined ? null : readRow(rows[0]);
}

/** Looks at the first row at or after that revision and line: another row does not match. */
async function findRowOfEvent(
  pool: Pool,
  userId: string,
  { revision, line }: { readonly revision: number; readonly line: number },
): Promise<TransactionRow | null> {
  const { rows } = await pool.query<object>(
    `select ${ROW_COLUMNS}
     from mjk_point_transaction_lines
     where user_id = $1 and id >= mjk_point_id_at($1, $2, $3)
     order by id
     limit 1`,
    [userId, revision, line],
  );
  const row = rows[0] === undefined ? null : readRow(rows[0]);
  return row?.revision === revision && row.line === line ? row : null;
}

async function findConsumption(
  pool: Pool,
  userId: string,
  revision: number,
): Promise<ConsumptionRow | null> {
  const { rows } = await pool.query<object>(
    `select ${columnList(columnNames(CONSUMPTIONS))}
     from mjk_point_consumptions
     where user_id = $1 and revision = $2`,
    [userId, revision],
  );
  return rows[0] === undefined ? null : readConsumption(rows[0]);
}

/** The rows of the event that began the consumption have consecutive ids; later ones have an index. */
async function rowsOfConsumption(
  pool: Pool,
  { user_id, revision, first_row, row_count }: ConsumptionRow,
): Promise<TransactionDetails['rows']> {
  const { rows } = await pool.query<object>(
    `select ${ROW_COLUMNS}
     from mjk_point_transaction_lines
     where id >= $3 and id < $3 + $4 and user_id = $1
     union all
     (select ${ROW_COLUMNS}
      from mjk_point_transaction_lines
      where user_id = $1 and consumption_of = $2 and consumption_of <> revision
      order by id
      limit $5)
     order by id`,
    [user_id, revision, first_row, row_count, DETAIL_ROWS_MAX],
  );
  return rows.map(readRow);
}
