import type { Pool } from 'pg';

import type { PageRequest, RowCursor } from '../read-tables.js';
import { columnList, rowReader } from '../schema/table.js';
import { STATEMENT_COLUMNS, TRANSACTIONS, type StatementRow } from '../schema/tables.js';

const COLUMNS = columnList(STATEMENT_COLUMNS);
const readRow = rowReader(TRANSACTIONS, STATEMENT_COLUMNS);

const ABOVE_ALL_IDS = Number.MAX_SAFE_INTEGER;

/**
 * Every page is one range of (user_id, id), so that page 1,000 costs what page 1 costs. When the row
 * that the page goes on from has another id by now, its revision and line find its place. The condition on
 * a source is left out where there is none, so that the plan of one is never used for the other. Bounds on ids
 * hold for times but for legacy rows, whose times need not be in order.
 */
export async function findStatementPage(
  pool: Pool,
  userId: string,
  { before, limit, type, sourceType, sourceId, from, to }: PageRequest,
): Promise<readonly StatementRow[]> {
  const { rows } = await pool.query<object>(
    `select ${COLUMNS}
     from mjk_point_transaction_lines
     where user_id = $1
       and id < case when $8::bigint is null then $2::bigint else coalesce(
         (select id from mjk_point_transaction_lines
          where id = $2 and user_id = $1 and revision = $8 and line = $9),
         mjk_point_id_at($1, $8, $9::integer)) end
       and id >= mjk_point_first_id($1, coalesce($3::timestamptz, '-infinity'))
       and id < mjk_point_end_id($1, coalesce($4::timestamptz, 'infinity'))
       and ($3::timestamptz is null or created_at >= $3)
       and ($4::timestamptz is null or created_at < $4)
       and ($5::text is null or type = $5)
       and ($6::text is null or source_type = $6)
       ${sourceId === undefined ? '' : 'and source_id = $10'}
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
      ...(sourceId === undefined ? [] : [sourceId]),
    ],
  );
  return rows.map(readRow);
}

/** Oldest first. */
export async function findNewerRows(
  pool: Pool,
  userId: string,
  { id, revision, line }: RowCursor,
  limit: number,
): Promise<readonly StatementRow[]> {
  const { rows } = await pool.query<object>(
    `select ${COLUMNS}
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
  return rows.map(readRow);
}
