import type { Batch, Position, RecordedEvent } from '#event-store';
import { eventFrom } from '#ledger';

import type { EventRows } from './event-rows.js';
import { PoisonEvent, poisonBy } from './poison.js';
import { rowsOf } from './rows.js';
import { unwritableIn } from './writable.js';

/**
 * Whether nothing can lie between two positions (null: the beginning). Only a store with dense
 * positions can tell; where it can't, the revisions of each account are the only guard.
 */
export type FollowsDirectly = (before: Position | null, position: Position) => boolean;

export interface ProjectedEvent {
  readonly recorded: RecordedEvent;
  readonly rows: EventRows;
}

/** A batch, taken apart before any table is looked at. */
export interface ReadBatch {
  /** Behind the checkpoint, in order. */
  readonly fresh: readonly ProjectedEvent[];
  /** Delivered again: the tables must have them. */
  readonly repeated: readonly RecordedEvent[];
  /** How far it comes. */
  readonly last: Position | null;
}

const PREFIX = 'points-';
const STREAM = /^points-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** null: not a stream of an account. */
export function userOf(stream: string): string | null {
  return STREAM.test(stream) ? stream.slice(PREFIX.length) : null;
}

export function readBatch(
  after: Position | null,
  batch: Batch,
  followsDirectly?: FollowsDirectly,
): ReadBatch {
  const [damaged] = batch.damaged ?? [];
  if (damaged !== undefined) {
    const at = { ...damaged, revision: damaged.revision ?? Number.MAX_SAFE_INTEGER };
    throw new PoisonEvent('unreadable-event', at, damaged.detail);
  }
  const fresh: ProjectedEvent[] = [];
  const repeated: RecordedEvent[] = [];
  let last = after;
  for (const recorded of batch.events) {
    const userId = userOf(recorded.stream);
    if (last !== null && recorded.position <= last) {
      if (userId !== null) repeated.push(recorded);
      continue;
    }
    if (followsDirectly !== undefined && !followsDirectly(last, recorded.position)) {
      throw new PoisonEvent('hole-in-store', recorded, `does not follow ${last ?? 'the start'}`);
    }
    last = recorded.position;
    if (userId !== null) fresh.push({ recorded, rows: read(userId, recorded) });
  }
  return { fresh, repeated, last };
}

function read(userId: string, recorded: RecordedEvent): EventRows {
  let event;
  try {
    event = eventFrom(recorded);
  } catch (cause) {
    throw poisonBy('unreadable-event', recorded, cause);
  }
  let rows;
  try {
    rows = rowsOf(userId, recorded.revision, event);
  } catch (cause) {
    throw poisonBy('failed-fold', recorded, cause);
  }
  const fault = unwritableIn(rows);
  if (fault !== null) throw new PoisonEvent('unwritable-value', recorded, fault);
  return rows;
}
