import type { Pool } from 'pg';

import type { PageRequest, Transaction } from '../../port.js';
import { toTransaction, type TransactionColumns } from '../columns.js';

/** Behind every id there can be. */
const NO_ID = 9_007_199_254_740_991;

/** Every page is one range of (user_id, id), however far back it lies. */
export async function transactionsPage(
  pool: Pool,
  userId: string,
  { before, limit, type, sourceType, from, to }: PageRequest,
): Promise<readonly Transaction[]> {
  const { rows } = await pool.query<TransactionColumns>(
    `select id, user_id, type, amount, balance_before, balance_after, source_type, source_id,
       batch_id, duration, description, created_at, updated_at
     from mjk_point_transactions
     where user_id = $1
       and id < $2
       and id >= mjk_point_first_id($1, coalesce($3::timestamptz, '-infinity'))
       and id < mjk_point_first_id($1, coalesce($4::timestamptz, 'infinity'))
       and ($5::text is null or type = $5)
       and ($6::text is null or source_type = $6)
     order by id desc
     limit $7`,
    [userId, before ?? NO_ID, from ?? null, to ?? null, type ?? null, sourceType ?? null, limit],
  );
  return rows.map(toTransaction);
}

export async function transactionsAfter(
  pool: Pool,
  userId: string,
  id: number,
  limit: number,
): Promise<readonly Transaction[]> {
  const { rows } = await pool.query<TransactionColumns>(
    `select id, user_id, type, amount, balance_before, balance_after, source_type, source_id,
       batch_id, duration, description, created_at, updated_at
     from mjk_point_transactions
     where user_id = $1 and id > $2
     order by id
     limit $3`,
    [userId, id, limit],
  );
  return rows.map(toTransaction);
}
