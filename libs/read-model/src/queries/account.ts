import type { Pool } from 'pg';

import type { AccountRow, BatchRow } from '../fold/loaded-rows.js';
import { toAccount, toBatch, type AccountColumns, type BatchColumns } from '../schema/columns.js';

export async function findAccount(pool: Pool, userId: string): Promise<AccountRow | null> {
  const { rows } = await pool.query<AccountColumns>(
    `select user_id, balance, held, revision, updated_at
     from mjk_point_accounts
     where user_id = $1`,
    [userId],
  );
  const found = rows[0];
  return found === undefined ? null : toAccount(found);
}

/** The order of draws: lower priority number, then sooner expiry, then what came in first. */
export async function findBatches(
  pool: Pool,
  userId: string,
  limit: number,
): Promise<readonly BatchRow[]> {
  const { rows } = await pool.query<BatchColumns>(
    `select user_id, batch_id, points, remaining, priority, expires_at, grace, revision, line,
       created_at
     from mjk_point_batches
     where user_id = $1 and remaining > 0
     order by priority, expires_at nulls last, revision, line
     limit $2`,
    [userId, limit],
  );
  return rows.map(toBatch);
}
