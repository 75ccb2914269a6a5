import type { DamagedRecord, Position } from '#event-store';

import { userOfStream } from '#identity';
import { isAccountLocal, type PoisonEvent, type PoisonReason } from './poison-event.js';

/** An account that goes no further: what came before stands, and its events from here on are left out. */
export interface Parking {
  readonly userId: string;
  /** Of the first event that is left out; null: of the one behind the last that is in the tables. */
  readonly revision: number | null;
  readonly position: Position;
  readonly code: PoisonReason;
  readonly detail: string;
}

/** As the tables have it. */
export interface NewParkedAccount extends Parking {
  readonly revision: number;
}

export interface ParkedAccount extends NewParkedAccount {
  /** When it was parked first: a rebuild that meets the same event does not begin anew. */
  readonly since: string;
}

const DETAIL_CHARACTERS_MAX = 500;
/** What Postgres takes in no text: zero characters and halves of surrogate pairs. */
const NOT_FOR_POSTGRES = /[\0\p{Cs}]/gu;

const storable = (detail: string): string =>
  [...detail.replace(NOT_FOR_POSTGRES, '\ufffd')].slice(0, DETAIL_CHARACTERS_MAX).join('');

/** null: it is the store's or the build's trouble, or of no account, and parking would hide it. */
export function parkingForPoison(
  { stream, revision, position, reason, detail }: PoisonEvent,
  isDense: boolean,
): Parking | null {
  const userId = userOfStream(stream);
  if (userId === null || !isAccountLocal(reason)) return null;
  // Where positions tell that nothing is missing in the store, somebody took the events out of it.
  // A cluster takes them out itself, where the stream's metadata say so.
  const code = reason === 'hole-in-stream' && !isDense ? 'stream-truncated' : reason;
  return { userId, revision, position, code, detail: storable(detail) };
}

/** null: not a stream of an account. */
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
 * More of them within an hour are no damage of single accounts any more: going on would only park
 * everybody, one by one.
 */
export const PARKED_PER_HOUR_MAX = 20;

/** What somebody did to single streams says nothing about the build or the store: it is not counted. */
export const UNCOUNTED_REASONS: readonly PoisonReason[] = ['stream-deleted', 'stream-truncated'];

export const countsTowardLimit = ({ code }: Pick<Parking, 'code'>): boolean =>
  !UNCOUNTED_REASONS.includes(code);

/** The limit is reached: somebody has to look before another account is parked. */
export class TooManyParked extends Error {
  override readonly name = 'TooManyParked';
  constructor(parked: Pick<Parking, 'userId' | 'code' | 'detail'>) {
    super(
      `more than ${PARKED_PER_HOUR_MAX} accounts would have been parked within an hour; ` +
        `the last one is ${parked.userId}: ${parked.code}, ${parked.detail}`,
    );
  }
}
