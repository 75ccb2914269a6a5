import type { Pool } from 'pg';

import type { Position } from '#event-store';

import type { ParkedAccount } from '../fold/parking.js';
import type { PoisonReason } from '../fold/poison-event.js';
import type { ProjectionStatus } from '../read-tables.js';

interface ParkedColumns {
  readonly user_id: string;
  readonly revision: string;
  readonly parked_at: Position;
  readonly code: PoisonReason;
  readonly detail: string;
  readonly since: Date;
}

const toParked = (row: ParkedColumns): ParkedAccount => ({
  userId: row.user_id,
  revision: Number(row.revision),
  position: row.parked_at,
  code: row.code,
  detail: row.detail,
  since: row.since.toISOString(),
});

export async function findProjectionStatus(
  pool: Pool,
  name: string,
  userId: string,
): Promise<ProjectionStatus> {
  const { rows } = await pool.query<
    { readonly position: Position | null } & (ParkedColumns | { readonly user_id: null })
  >(
    `select c.position, p.user_id, p.revision, p.position as parked_at, p.code, p.detail, p.since
     from mjk_point_checkpoints c
     left join mjk_point_parked_accounts p
       on p.name = c.name and p.version = c.version and p.user_id = $2
     where c.name = $1 and c.state = 'live'`,
    [name, userId],
  );
  const [found] = rows;
  if (found === undefined) return { position: null, parked: null };
  return { position: found.position, parked: found.user_id === null ? null : toParked(found) };
}

/** The parked accounts of the live version, in the order in which they were parked. */
export async function readParkedAccounts(
  pool: Pool,
  name: string,
): Promise<readonly ParkedAccount[]> {
  const { rows } = await pool.query<ParkedColumns>(
    `select p.user_id, p.revision, p.position as parked_at, p.code, p.detail, p.since
     from mjk_point_parked_accounts p
     join mjk_point_checkpoints c using (name, version)
     where name = $1 and c.state = 'live'
     order by p.since, p.user_id`,
    [name],
  );
  return rows.map(toParked);
}

/** The parked accounts of any version, also of one that is being built. */
export async function readParkedIn(
  pool: Pool,
  name: string,
  version: number,
): Promise<readonly string[]> {
  const { rows } = await pool.query<{ user_id: string }>(
    `select user_id from mjk_point_parked_accounts
     where name = $1 and version = $2 order by since, user_id`,
    [name, version],
  );
  return rows.map(({ user_id }) => user_id);
}
