import type { Pool } from 'pg';

import { REINSTATEMENT_LABEL, REVERSAL_COLLECTED_LABEL, REVERSAL_LABEL } from '#ledger';

import type { RechargeName } from '../read-tables.js';
import { columnList, columnNames, rowReader } from '../schema/table.js';
import {
  RECHARGES,
  TRANSACTIONS,
  type RechargeRow,
  type TransactionRow,
} from '../schema/tables.js';

const COLUMNS = columnList(columnNames(RECHARGES));
const ROW_COLUMNS = columnList(columnNames(TRANSACTIONS));
const readRecharge = rowReader(RECHARGES);
const readRow = rowReader(TRANSACTIONS);

/** Expired points differ from these by the description alone. */
const LABELS = [REVERSAL_LABEL, REVERSAL_COLLECTED_LABEL, REINSTATEMENT_LABEL];

/** Each reversal and reinstatement has a row for each batch. */
const RECHARGE_ROWS_MAX = 5_000;

export async function findRecharge(
  pool: Pool,
  userId: string,
  name: RechargeName,
): Promise<RechargeRow | null> {
  const [condition, value] =
    'revision' in name ? ['revision = $2', name.revision] : ['recharge_id = $2', name.rechargeId];
  const { rows } = await pool.query<object>(
    `select ${COLUMNS}
     from mjk_point_recharges
     where user_id = $1 and ${condition}
     order by revision desc
     limit 1`,
    [userId, value],
  );
  return rows[0] === undefined ? null : readRecharge(rows[0]);
}

/**
 * A reversal names the batch of the recharge. What is collected comes out of any batch, and is reinstated to
 * where it came from: it names the order, and belongs to the recharge when no other of that order was reversed.
 */
export async function findRechargeOfRow(
  pool: Pool,
  { user_id, revision, type, batch_id, source_id, description }: TransactionRow,
): Promise<RechargeRow | null> {
  if (type === 'recharge') return findRecharge(pool, user_id, { revision });
  if (description === null || !LABELS.includes(description)) return null;
  const ofBatch = description === REVERSAL_LABEL ? batch_id : null;
  const { rows } = await pool.query<object>(
    `select ${COLUMNS}
     from mjk_point_recharges
     where user_id = $1 and reversed > 0 and (batch_id = $2 or source_id = $3)
     order by batch_id = $2 desc nulls last, revision
     limit 2`,
    [user_id, ofBatch, source_id],
  );
  const [first, second] = rows.map(readRecharge);
  if (first === undefined) return null;
  return first.batch_id === ofBatch || second === undefined ? first : null;
}

/** Oldest first: the recharge itself, and what of its order is surely its own. */
export async function findRowsOfRecharge(
  pool: Pool,
  { user_id, revision, batch_id, source_id }: RechargeRow,
): Promise<readonly TransactionRow[]> {
  const { rows } = await pool.query<object>(
    `(select ${ROW_COLUMNS}
      from mjk_point_transaction_lines
      where user_id = $1 and id >= mjk_point_id_at($1, $2, 0)
      order by id
      limit 1)
     union all
     (select ${ROW_COLUMNS}
      from mjk_point_transaction_lines
      where user_id = $1 and source_id = $3 and description = any ($4::text[])
        and consumption_of is null -- a business may have any label
        and (batch_id = $5 and description = $6 or not exists (
          select from mjk_point_recharges o
          where o.user_id = $1 and o.source_id = $3 and o.reversed > 0 and o.revision <> $2))
      order by id
      limit $7)
     order by id`,
    [user_id, revision, source_id, LABELS, batch_id, REVERSAL_LABEL, RECHARGE_ROWS_MAX],
  );
  return rows.map(readRow);
}
