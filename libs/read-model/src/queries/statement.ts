import type { Pool } from 'pg';

import type { PageRequest, StatementRow, RowCursor } from '../read-tables.js';
import { toTransaction, type TransactionColumns } from '../schema/columns.js';

/** Behind every id there can be. */
const ABOVE_ALL_IDS = 9_007_199_254_740_991;

/**
 * Every page is one range of (user_id, id), however far back it lies. Where the row that it goes on
 * behind has another id by now, its revision and line find its place.
 */
export async function findStatementPage(
  pool: Pool,
  userId: string,
  { before, limit, type, sourceType, from, to }: PageRequest,
): Promise<readonly StatementRow[]> {
  const { rows } = await pool.query<StatementColumns>(
    `select id, user_id, type, amount, balance_before, balance_after, source_type, source_id,
       batch_id, duration, description, created_at, updated_at, revision, line
     from mjk_point_transaction_lines
     where user_id = $1
       and id < case when $8::bigint is null then $2::bigint else coalesce(
         (select id from mjk_point_transaction_lines
          where id = $2 and user_id = $1 and revision = $8 and line = $9),
         mjk_point_id_at($1, $8, $9::integer)) end
       and id >= mjk_point_first_id($1, coalesce($3::timestamptz, '-infinity'))
       and id < mjk_point_first_id($1, coalesce($4::timestamptz, 'infinity'))
       and ($5::text is null or type = $5)
       and ($6::text is null or source_type = $6)
     order by id desc
     limit $7`,
    [
      userId,
      before?.id ?? ABOVE_ALL_IDS,
      from ?? null,
      to ?? null,
      type ?? null,
      sourceType ?? null,
      limit,
      before?.revision ?? null,
      before?.line ?? 0,
    ],
  );
  return rows.map(toStatementRow);
}

export async function findNewerRows(
  pool: Pool,
  userId: string,
  { id, revision, line }: RowCursor,
  limit: number,
): Promise<readonly StatementRow[]> {
  const { rows } = await pool.query<StatementColumns>(
    `select id, user_id, type, amount, balance_before, balance_after, source_type, source_id,
       batch_id, duration, description, created_at, updated_at, revision, line
     from mjk_point_transaction_lines
     where user_id = $1
       and id > case when $4::bigint is null then $2::bigint else coalesce(
         (select id from mjk_point_transaction_lines
          where id = $2 and user_id = $1 and revision = $4 and line = $5),
         mjk_point_id_at($1, $4, $5::integer + 1) - 1) end
     order by id
     limit $3`,
    [userId, id, limit, revision ?? null, line ?? 0],
  );
  return rows.map(toStatementRow);
}

type StatementColumns = TransactionColumns & { readonly revision: string; readonly line: number };

const toStatementRow = ({ revision, line, ...row }: StatementColumns): StatementRow => ({
  ...toTransaction(row),
  revision: Number(revision),
  line,
});
