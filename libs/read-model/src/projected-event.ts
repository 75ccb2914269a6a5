import type { Batch, Position, RecordedEvent } from '#event-store';
import { UnknownEvent, eventFrom } from '#ledger';

import type { EventRows } from './event-rows.js';
import { parkingAt, type Parking } from './parked.js';
import { PoisonEvent, poisonBy, type EventPlace } from './poison.js';
import { rowsOf } from './rows.js';
import { userOf } from './user-of.js';
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
  /** Accounts that are parked in it, in order. */
  readonly parkings: readonly PlacedParking[];
  /** Delivered again: the tables must have them. */
  readonly repeated: readonly RecordedEvent[];
  /** How far it comes. */
  readonly last: Position | null;
}

/** Behind so many of the fresh events. */
export interface PlacedParking {
  readonly parking: Parking;
  readonly place: number;
}

export interface ReadOptions {
  readonly followsDirectly?: FollowsDirectly;
  /** Events at which an account is to be parked, by their positions: they are not read at all. */
  readonly parkedAt?: ReadonlyMap<Position, Parking>;
}

const NOTHING_PARKED: ReadonlyMap<Position, Parking> = new Map();

export function readBatch(
  after: Position | null,
  { events, damaged = [] }: Pick<Batch, 'events' | 'damaged'>,
  { followsDirectly, parkedAt = NOTHING_PARKED }: ReadOptions = {},
): ReadBatch {
  const fresh: ProjectedEvent[] = [];
  const repeated: RecordedEvent[] = [];
  const parkings: PlacedParking[] = [];
  let last = after;
  const reach = (record: EventPlace): void => {
    if (followsDirectly !== undefined && !followsDirectly(last, record.position)) {
      throw new PoisonEvent('hole-in-store', record, `does not follow ${last ?? 'the start'}`);
    }
    last = record.position;
  };
  let nextDamaged = 0;
  const parkDamagedBefore = (position: Position | null): void => {
    for (; nextDamaged < damaged.length; nextDamaged += 1) {
      const record = damaged[nextDamaged];
      if (record === undefined || (position !== null && record.position > position)) return;
      if (last !== null && record.position <= last) continue;
      reach({ ...record, revision: record.revision ?? Number.MAX_SAFE_INTEGER });
      const parking = parkingAt(record);
      if (parking !== null) parkings.push({ parking, place: fresh.length });
    }
  };
  for (const recorded of events) {
    if (nextDamaged < damaged.length) parkDamagedBefore(recorded.position);
    const userId = userOf(recorded.stream);
    if (last !== null && recorded.position <= last) {
      if (userId !== null) repeated.push(recorded);
      continue;
    }
    reach(recorded);
    if (userId === null) continue;
    const parking = parkedAt.size === 0 ? undefined : parkedAt.get(recorded.position);
    if (parking === undefined) fresh.push({ recorded, rows: read(userId, recorded) });
    else parkings.push({ parking, place: fresh.length });
  }
  parkDamagedBefore(null);
  return { fresh, repeated, parkings, last };
}

function read(userId: string, recorded: RecordedEvent): EventRows {
  let event;
  try {
    event = eventFrom(recorded);
  } catch (cause) {
    const reason = cause instanceof UnknownEvent ? 'unknown-event' : 'unreadable-event';
    throw poisonBy(reason, recorded, cause);
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
