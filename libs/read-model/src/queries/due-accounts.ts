import type { Pool } from 'pg';

import type { DueAccount } from '../read-tables.js';

/** Without accounts that are parked or were handed back, which would stay due for ever. */
export async function findDueAccounts(
  pool: Pool,
  name: string,
  at: string,
  limit: number,
): Promise<readonly DueAccount[]> {
  const { rows } = await pool.query<{ user_id: string; due_at: Date }>(
    `select user_id, min(due_at) as due_at
     from (
       select user_id, due_at from mjk_point_batches where due_at <= $1
       union all
       select user_id, due_at from mjk_point_consumptions where due_at <= $1
     ) as due
     where not exists (
       select from mjk_point_parked_accounts p join mjk_point_checkpoints c using (name, version)
       where name = $3 and c.state = 'live' and p.user_id = due.user_id)
       and not exists (
       select from mjk_point_accounts a
       where a.user_id = due.user_id and a.take_over = 'handed_back')
     group by user_id
     order by min(due_at), user_id
     limit $2`,
    [at, limit, name],
  );
  return rows.map((row) => ({ userId: row.user_id, dueAt: row.due_at.toISOString() }));
}

export async function findOldestOpenConsumption(pool: Pool, name: string): Promise<string | null> {
  const { rows } = await pool.query<{ opened_at: Date | null }>(
    `select min(opened_at) as opened_at from mjk_point_consumptions o
     where due_at is not null and not exists (
       select from mjk_point_parked_accounts p join mjk_point_checkpoints c using (name, version)
       where name = $1 and c.state = 'live' and p.user_id = o.user_id)`,
    [name],
  );
  return rows[0]?.opened_at?.toISOString() ?? null;
}
