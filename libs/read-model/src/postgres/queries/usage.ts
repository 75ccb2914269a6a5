import type { Pool } from 'pg';

import type { UsageItem, UsageRequest } from '../../port.js';

/** Ten years of days. */
export const USAGE_ITEMS_MAX = 3_660;

interface UsageColumns {
  readonly group: string;
  readonly consumed: string;
  readonly refunded: string;
  readonly count: string;
  readonly duration: number;
}

export async function usageOf(
  pool: Pool,
  userId: string,
  request: UsageRequest,
): Promise<readonly UsageItem[]> {
  const rows = await (request.groupBy === 'day'
    ? byDay(pool, userId, request)
    : bySourceType(pool, userId, request));
  return rows.map((row) => ({
    group: row.group,
    consumed: Number(row.consumed),
    refunded: Number(row.refunded),
    count: Number(row.count),
    duration: row.duration,
  }));
}

async function byDay(
  pool: Pool,
  userId: string,
  { from, to, timeZone }: UsageRequest,
): Promise<readonly UsageColumns[]> {
  const { rows } = await pool.query<UsageColumns>(
    `select to_char(created_at at time zone $4, 'YYYY-MM-DD') as "group",
       coalesce(sum(amount) filter (where type = 'consume'), 0) as consumed,
       coalesce(sum(amount) filter (where type = 'refund'), 0) as refunded,
       count(*) filter (where type = 'consume' and revision = consumption_of and line = 0) as count,
       coalesce(sum(duration), 0) as duration
     from mjk_point_transaction_lines
     where user_id = $1 and type in ('consume', 'refund')
       and id >= mjk_point_first_id($1, coalesce($2::timestamptz, '-infinity'))
       and id < mjk_point_first_id($1, coalesce($3::timestamptz, 'infinity'))
     group by 1
     order by 1
     limit $5`,
    [userId, from ?? null, to ?? null, timeZone, USAGE_ITEMS_MAX],
  );
  return rows;
}

async function bySourceType(
  pool: Pool,
  userId: string,
  { from, to }: UsageRequest,
): Promise<readonly UsageColumns[]> {
  const { rows } = await pool.query<UsageColumns>(
    `select source_type as "group",
       coalesce(sum(amount) filter (where type = 'consume'), 0) as consumed,
       coalesce(sum(amount) filter (where type = 'refund'), 0) as refunded,
       count(*) filter (where type = 'consume' and revision = consumption_of and line = 0) as count,
       coalesce(sum(duration), 0) as duration
     from mjk_point_transaction_lines
     where user_id = $1 and type in ('consume', 'refund')
       and id >= mjk_point_first_id($1, coalesce($2::timestamptz, '-infinity'))
       and id < mjk_point_first_id($1, coalesce($3::timestamptz, 'infinity'))
     group by source_type
     order by source_type collate "C"
     limit $4`,
    [userId, from ?? null, to ?? null, USAGE_ITEMS_MAX],
  );
  return rows;
}
