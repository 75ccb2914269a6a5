import type { Pool } from 'pg';

import {
  UnknownTimeZone,
  type UsageGrouping,
  type UsageItem,
  type UsageRequest,
} from '../read-tables.js';

/** Ten years of days, each with more businesses than one account uses. */
const USAGE_ITEMS_MAX = 3_660 * 20;

interface UsageColumns {
  readonly day: string | null;
  readonly source_type: string | null;
  readonly consumed: string;
  readonly refunded: string;
  readonly count: string;
  readonly duration: number;
}

const splits = (groupBy: UsageGrouping) => ({
  byDay: groupBy !== 'source_type',
  bySourceType: groupBy !== 'day',
});

export async function sumUsage(
  pool: Pool,
  userId: string,
  { groupBy, from, to, timeZone }: UsageRequest,
): Promise<readonly UsageItem[]> {
  const { byDay, bySourceType } = splits(groupBy);
  const query = pool.query<UsageColumns>(
    `select
       case when $4 then to_char(created_at at time zone $5, 'YYYY-MM-DD') end as day,
       case when $6 then source_type end collate "C" as source_type,
       coalesce(sum(amount) filter (where type = 'consume'), 0) as consumed,
       coalesce(sum(amount) filter (where type = 'refund'), 0) as refunded,
       count(*) filter (where type = 'consume' and revision = consumption_of and line = 0)
         -- of another service only the rows are known, which name their consumption
         + count(distinct coalesce(source_id, legacy_id::text))
           filter (where type = 'consume' and legacy_id is not null) as count,
       coalesce(sum(duration), 0) as duration
     from mjk_point_transaction_lines
     where user_id = $1 and type in ('consume', 'refund')
       and source_type is not null -- a recharge that was reinstated has none
       and id >= mjk_point_first_id($1, coalesce($2::timestamptz, '-infinity'))
       and id < mjk_point_end_id($1, coalesce($3::timestamptz, 'infinity'))
       and ($2::timestamptz is null or created_at >= $2)
       and ($3::timestamptz is null or created_at < $3)
     group by 1, 2
     order by 1, 2
     limit $7`,
    [userId, from ?? null, to ?? null, byDay, timeZone, bySourceType, USAGE_ITEMS_MAX],
  );
  const { rows } = await query.catch((cause: unknown) => {
    throw isUnknownZone(cause) ? new UnknownTimeZone(timeZone, { cause }) : cause;
  });
  return rows.map((row) => ({
    day: row.day,
    source_type: row.source_type,
    consumed: Number(row.consumed),
    refunded: Number(row.refunded),
    count: Number(row.count),
    duration: row.duration,
  }));
}

/** The code invalid_parameter_value can only mean the time zone. */
const isUnknownZone = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '22023';
