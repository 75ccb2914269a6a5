import type { DamagedRecord, Position } from '#event-store';

import { userOfStream } from '#identity';
import { isAccountLocal, type PoisonEvent, type PoisonReason } from './poison-event.js';

/** An account that is parked: its events are skipped from here on, and its rows stay as they were. */
export interface Parking {
  readonly userId: string;
  /** The revision of the first event that is skipped. null: the one after the last in the tables. */
  readonly revision: number | null;
  readonly position: Position;
  readonly code: PoisonReason;
  readonly detail: string;
}

/** What is inserted into the table of parked accounts. */
export interface NewParkedAccount extends Parking {
  readonly revision: number;
}

export interface ParkedAccount extends NewParkedAccount {
  /** When the account was first parked. A rebuild that fails at the same event keeps the time. */
  readonly since: string;
}

const DETAIL_CHARACTERS_MAX = 500;
/** Postgres stores neither zero characters nor halves of surrogate pairs. */
const NOT_FOR_POSTGRES = /[\0\p{Cs}]/gu;

const storable = (detail: string): string =>
  [...detail.replace(NOT_FOR_POSTGRES, '\ufffd')].slice(0, DETAIL_CHARACTERS_MAX).join('');

/** null: the failure concerns the store, this build or no account, and parking would hide it. */
export function parkingForPoison(
  { stream, revision, position, reason, detail }: PoisonEvent,
  isDense: boolean,
): Parking | null {
  const userId = userOfStream(stream);
  if (userId === null || !isAccountLocal(reason)) return null;
  // In a store with dense positions, an operator deleted the missing events. An EventStoreDB cluster
  // truncates a stream itself when the metadata of the stream say so.
  const code = reason === 'hole-in-stream' && !isDense ? 'stream-truncated' : reason;
  return { userId, revision, position, code, detail: storable(detail) };
}

/** null: the stream is not that of an account. */
export function parkingForDamagedRecord({
  stream,
  revision,
  position,
  code,
  detail,
}: DamagedRecord): Parking | null {
  const userId = userOfStream(stream);
  return userId === null ? null : { userId, revision, position, code, detail: storable(detail) };
}

/**
 * More accounts within an hour are no fault of single accounts any more, and going on would park all of
 * them one by one.
 */
export const PARKED_PER_HOUR_MAX = 20;

/** What an operator did to single streams is no fault of this build or of the store. */
export const UNCOUNTED_REASONS: readonly PoisonReason[] = ['stream-deleted', 'stream-truncated'];

export const countsTowardLimit = ({ code }: Pick<Parking, 'code'>): boolean =>
  !UNCOUNTED_REASONS.includes(code);

/** The limit is reached, and an operator has to look before another account is parked. */
export class TooManyParked extends Error {
  override readonly name = 'TooManyParked';
  constructor(parked: Pick<Parking, 'userId' | 'code' | 'detail'>) {
    super(
      `more than ${PARKED_PER_HOUR_MAX} accounts would have been parked within an hour; ` +
        `the last one is ${parked.userId}: ${parked.code}, ${parked.detail}`,
    );
  }
}
