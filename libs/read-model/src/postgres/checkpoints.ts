import type { ClientBase, Pool } from 'pg';

import type { Position } from '#event-store';

import type { Checkpoint, VersionState } from '../port.js';

interface CheckpointColumns {
  readonly version: number;
  readonly state: VersionState;
  readonly position: Position | null;
  readonly last_event: Position | null;
  readonly event_count: string;
  readonly committed_at: Date;
}

const toCheckpoint = (row: CheckpointColumns): Checkpoint => ({
  version: row.version,
  state: row.state,
  position: row.position,
  lastEvent: row.last_event,
  eventCount: Number(row.event_count),
  committedAt: row.committed_at.toISOString(),
});

/** All versions there are, oldest first. */
export async function readCheckpoints(
  db: Pool | ClientBase,
  name: string,
): Promise<readonly Checkpoint[]> {
  const { rows } = await db.query<CheckpointColumns>(
    `select version, state, position, last_event, event_count, committed_at
     from mjk_point_checkpoints where name = $1 order by version`,
    [name],
  );
  return rows.map(toCheckpoint);
}

export async function readCheckpoint(
  db: Pool | ClientBase,
  name: string,
  version: number,
): Promise<Checkpoint | null> {
  const checkpoints = await readCheckpoints(db, name);
  return checkpoints.find((checkpoint) => checkpoint.version === version) ?? null;
}

interface Move {
  readonly name: string;
  readonly version: number;
  readonly after: Position | null;
  readonly next: Position;
  readonly rows: number;
  readonly events: number;
  readonly lastEvent: Position | null;
}

/**
 * Compare-and-swap: moves the checkpoint on only from where the caller thinks it is, and takes the
 * ids of the rows. null: it is elsewhere.
 */
export async function moveCheckpoint(
  client: ClientBase,
  move: Move,
): Promise<{ readonly firstId: number; readonly state: VersionState } | null> {
  const { rows } = await client.query<{ last_id: string; state: VersionState }>(
    `update mjk_point_checkpoints
     set position = $4, last_id = last_id + $5, event_count = event_count + $6,
       last_event = coalesce($7, last_event), committed_at = clock_timestamp()
     where name = $1 and version = $2 and position is not distinct from $3::text
       and (position is null or position < $4)
     returning last_id, state`,
    [move.name, move.version, move.after, move.next, move.rows, move.events, move.lastEvent],
  );
  const row = rows[0];
  if (row === undefined) return null;
  return { firstId: Number(row.last_id) - move.rows + 1, state: row.state };
}
