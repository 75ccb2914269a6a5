import type { ClientBase, Pool } from 'pg';

import type { Position } from '#event-store';

import type { Checkpoint, VersionState } from '../table-writer.js';

interface CheckpointColumns {
  readonly version: number;
  readonly state: VersionState;
  readonly position: Position | null;
  readonly last_event: Position | null;
  readonly event_count: string;
  readonly parked: number;
  readonly committed_at: Date;
}

const toCheckpoint = (row: CheckpointColumns): Checkpoint => ({
  version: row.version,
  state: row.state,
  position: row.position,
  lastEvent: row.last_event,
  eventCount: Number(row.event_count),
  parked: row.parked,
  committedAt: row.committed_at.toISOString(),
});

/** All versions, oldest first. */
export async function readCheckpoints(
  db: Pool | ClientBase,
  name: string,
): Promise<readonly Checkpoint[]> {
  const { rows } = await db.query<CheckpointColumns>(
    `select c.version, c.state, c.position, c.last_event, c.event_count, c.committed_at,
       (select count(*)::int from mjk_point_parked_accounts p
        where p.name = c.name and p.version = c.version) as parked
     from mjk_point_checkpoints c where c.name = $1 order by c.version`,
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

/** The checkpoint is not where the caller expects it. */
export class CheckpointConflict extends Error {
  override readonly name = 'CheckpointConflict';
}

export interface TablesVersion {
  readonly name: string;
  readonly version: number;
}

/** What a write batch is built on. The batch is rejected when any of it has changed. */
export interface BaseState {
  /** The id of the last row. */
  readonly lastId: number;
  /** How often accounts were unparked, which changes rows without moving the checkpoint. */
  readonly unparked: number;
  readonly hasParked: boolean;
}

/** Rejects with CheckpointConflict when the tables are not at that position. */
export async function readBaseState(
  client: ClientBase,
  { name, version }: TablesVersion,
  position: Position | null,
): Promise<BaseState> {
  const { rows } = await client.query<{ last_id: string; unparked: string; has_parked: boolean }>(
    `select last_id, unparked,
       exists (select from mjk_point_parked_accounts p where p.name = $1 and p.version = $2)
         as has_parked
     from mjk_point_checkpoints
     where name = $1 and version = $2 and position is not distinct from $3::text`,
    [name, version, position],
  );
  const [found] = rows;
  if (found === undefined) throw new CheckpointConflict();
  const { last_id, unparked, has_parked } = found;
  return { lastId: Number(last_id), unparked: Number(unparked), hasParked: has_parked };
}

export interface CheckpointAdvance extends TablesVersion {
  readonly after: Position | null;
  readonly next: Position;
  /** The ids of the new rows follow this one. */
  readonly lastId: number;
  readonly unparked: number;
  readonly rows: number;
  readonly events: number;
  readonly lastEvent: Position | null;
  /** When a pre-deduction was last begun that its command did not name; null: none of them. */
  readonly unnamedAt: string | null;
}

/**
 * Until when pre-deductions that are not named were not noted: an earlier release moves the checkpoint, and
 * leaves behind what was noted.
 */
export const UNNOTED_UNTIL =
  'case when position is distinct from noted_to then committed_at else unnoted_until end';

/**
 * Compare-and-swap: advances the checkpoint only from where the caller expects it. Where an earlier release
 * has moved it, which notes no pre-deductions, that is kept in mind.
 */
export async function advanceCheckpoint(
  client: ClientBase,
  move: CheckpointAdvance,
): Promise<{ readonly state: VersionState }> {
  const { name, version, after, next, lastId, unparked, rows: count, events } = move;
  const { lastEvent, unnamedAt } = move;
  const { rows } = await client.query<{ state: VersionState }>(
    `update mjk_point_checkpoints
     set position = $4, last_id = last_id + $5, event_count = event_count + $6,
       last_event = coalesce($7, last_event), committed_at = clock_timestamp(),
       unnamed_at = greatest(unnamed_at, $10::timestamptz), noted_to = $4,
       unnoted_until =
         ${UNNOTED_UNTIL}
     where name = $1 and version = $2 and position is not distinct from $3::text
       and (position is null or position < $4) and last_id = $8 and unparked = $9
     returning state`,
    [name, version, after, next, count, events, lastEvent, lastId, unparked, unnamedAt],
  );
  if (rows[0] === undefined) throw new CheckpointConflict();
  return rows[0];
}
