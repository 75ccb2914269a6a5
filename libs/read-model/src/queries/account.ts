import type { Pool } from 'pg';

import { columnList, columnNames, rowReader } from '../schema/table.js';
import { ACCOUNTS, BATCHES, type AccountRow, type BatchRow } from '../schema/tables.js';

const readAccount = rowReader(ACCOUNTS);
const readBatch = rowReader(BATCHES);

export async function findAccount(pool: Pool, userId: string): Promise<AccountRow | null> {
  const { rows } = await pool.query<object>(
    `select ${columnList(columnNames(ACCOUNTS))} from mjk_point_accounts where user_id = $1`,
    [userId],
  );
  return rows[0] === undefined ? null : readAccount(rows[0]);
}

/** The order of draws: lower priority number, then sooner expiry, then what came in first. */
export async function findBatches(
  pool: Pool,
  userId: string,
  limit: number,
): Promise<readonly BatchRow[]> {
  const { rows } = await pool.query<object>(
    `select ${columnList(columnNames(BATCHES))}
     from mjk_point_batches
     where user_id = $1 and remaining > 0
     order by priority, expires_at nulls last, revision, line
     limit $2`,
    [userId, limit],
  );
  return rows.map(readBatch);
}
