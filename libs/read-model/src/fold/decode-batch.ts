import type { EventBatch, Position, RecordedEvent } from '#event-store';
import { userOfStream } from '#identity';
import { UnknownEvent, parseEvent } from '#ledger';

import type { EventRows } from './event-rows.js';
import { parkingForDamagedRecord, type Parking } from './parking.js';
import { PoisonEvent, toPoisonEvent, type EventLocation } from './poison-event.js';
import { rowsOf } from './rows-of-event.js';
import { unwritableValueIn } from './column-limits.js';

/**
 * Whether no event can lie between two positions (null: the beginning). Only a store with dense positions
 * can tell. Otherwise a gap is noticed by the revisions of each account.
 */
export type FollowsDirectly = (before: Position | null, position: Position) => boolean;

export interface DecodedEvent {
  readonly recorded: RecordedEvent;
  readonly rows: EventRows;
}

/** What a batch contains, before any table is read. */
export interface DecodedBatch {
  /** The events after the checkpoint. */
  readonly newEvents: readonly DecodedEvent[];
  /** The accounts that the batch parks. */
  readonly parkings: readonly ParkingInBatch[];
  /** Events up to the checkpoint, which must be in the tables. */
  readonly redelivered: readonly RecordedEvent[];
  /** The position of the last record. */
  readonly last: Position | null;
}

/** An account is parked after so many of the new events. */
export interface ParkingInBatch {
  readonly parking: Parking;
  readonly afterEvents: number;
}

export interface DecodeOptions {
  readonly followsDirectly?: FollowsDirectly;
  /** Events at which an account is to be parked, by position. They are not decoded. */
  readonly parkedAt?: ReadonlyMap<Position, Parking>;
}

const NO_PARKINGS: ReadonlyMap<Position, Parking> = new Map();

export function decodeBatch(
  after: Position | null,
  { events, damaged = [] }: Pick<EventBatch, 'events' | 'damaged'>,
  { followsDirectly, parkedAt = NO_PARKINGS }: DecodeOptions = {},
): DecodedBatch {
  const newEvents: DecodedEvent[] = [];
  const redelivered: RecordedEvent[] = [];
  const parkings: ParkingInBatch[] = [];
  let last = after;
  const advanceTo = (record: EventLocation): void => {
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
      advanceTo({ ...record, revision: record.revision ?? Number.MAX_SAFE_INTEGER });
      const parking = parkingForDamagedRecord(record);
      if (parking !== null) parkings.push({ parking, afterEvents: newEvents.length });
    }
  };
  for (const recorded of events) {
    if (nextDamaged < damaged.length) parkDamagedBefore(recorded.position);
    const userId = userOfStream(recorded.stream);
    if (last !== null && recorded.position <= last) {
      if (userId !== null) redelivered.push(recorded);
      continue;
    }
    advanceTo(recorded);
    if (userId === null) continue;
    const parking = parkedAt.size === 0 ? undefined : parkedAt.get(recorded.position);
    if (parking === undefined) newEvents.push({ recorded, rows: decodeEvent(userId, recorded) });
    else parkings.push({ parking, afterEvents: newEvents.length });
  }
  parkDamagedBefore(null);
  return { newEvents, redelivered, parkings, last };
}

function decodeEvent(userId: string, recorded: RecordedEvent): EventRows {
  let event;
  try {
    event = parseEvent(recorded);
  } catch (cause) {
    const reason = cause instanceof UnknownEvent ? 'unknown-event' : 'unreadable-event';
    throw toPoisonEvent(reason, recorded, cause);
  }
  let rows;
  try {
    rows = rowsOf(userId, recorded.revision, event);
  } catch (cause) {
    throw toPoisonEvent('failed-fold', recorded, cause);
  }
  const fault = unwritableValueIn(rows);
  if (fault !== null) throw new PoisonEvent('unwritable-value', recorded, fault);
  return rows;
}
