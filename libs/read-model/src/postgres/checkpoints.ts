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

/** The tables are not where the caller thinks. */
export class Moved extends Error {
  override readonly name = 'Moved';
}

/** Id of the last row of tables that stand at just that position. */
export async function lastIdAt(
  client: ClientBase,
  name: string,
  version: number,
  position: Position | null,
): Promise<number> {
  const { rows } = await client.query<{ last_id: string }>(
    `select last_id from mjk_point_checkpoints
     where name = $1 and version = $2 and position is not distinct from $3::text`,
    [name, version, position],
  );
  if (rows[0] === undefined) throw new Moved();
  return Number(rows[0].last_id);
}

export interface Move {
  readonly name: string;
  readonly version: number;
  readonly after: Position | null;
  readonly next: Position;
  /** Ids of the rows follow on this one. */
  readonly lastId: number;
  readonly rows: number;
  readonly events: number;
  readonly lastEvent: Position | null;
}

/** Compare-and-swap: moves the checkpoint on only from where the caller thinks it is. */
export async function moveCheckpoint(
  client: ClientBase,
  move: Move,
): Promise<{ readonly state: VersionState }> {
  const { name, version, after, next, lastId, rows: count, events, lastEvent } = move;
  const { rows } = await client.query<{ state: VersionState }>(
    `update mjk_point_checkpoints
     set position = $4, last_id = last_id + $5, event_count = event_count + $6,
       last_event = coalesce($7, last_event), committed_at = clock_timestamp()
     where name = $1 and version = $2 and position is not distinct from $3::text
       and (position is null or position < $4) and last_id = $8
     returning state`,
    [name, version, after, next, count, events, lastEvent, lastId],
  );
  if (rows[0] === undefined) throw new Moved();
  return rows[0];
}
