import type { SourceType } from './businesses.js';
import type { CommandType } from './commands.js';
import type { RefusalCode, RefusalDetails } from './refusals.js';

// What has happened to one account. Storage formats: events written years ago are read through
// these types, so fields are added, never renamed or removed.
export type LedgerEvent =
  | PointsRecharged
  | PointsConsumed
  | ConsumptionSettled
  | PointsRefunded
  | PointsExpired
  | CommandRefused;

export type NonEmpty<T> = readonly [T, ...T[]];

export const isNonEmpty = <T>(items: readonly T[]): items is NonEmpty<T> => items.length > 0;

export type EventType = LedgerEvent['type'];

interface Happened {
  /** The moment that counts; never runs backwards within a stream. */
  readonly at: string;
  /** The command's own `at`. */
  readonly receivedAt: string;
  readonly commandId: string;
  readonly digest: string;
  /** The account's balance once this has happened. */
  readonly balanceAfter: number;
}

export interface PointsRecharged extends Happened {
  readonly type: 'PointsRecharged';
  readonly batchId: number;
  readonly points: number;
  readonly expiresAt: string | null;
  readonly priority: number;
  readonly sourceId: string | null;
}

export interface Draw {
  readonly batchId: number;
  readonly points: number;
}

export interface PointsConsumed extends Happened {
  readonly type: 'PointsConsumed';
  readonly consumptionId: string;
  /** Revision of the event that began the consumption; null: this one did. */
  readonly of: number | null;
  readonly sourceType: SourceType;
  readonly sourceId: string | null;
  readonly points: number;
  readonly draws: readonly Draw[];
  readonly duration: number | null;
  /** A pre-deduction is open until then; null: closed at once. */
  readonly settleBy: string | null;
}

export interface ConsumptionSettled extends Happened {
  readonly type: 'ConsumptionSettled';
  readonly consumptionId: string;
  readonly of: number;
  readonly estimated: number;
  readonly actual: number;
  readonly duration: number | null;
  /** Revision of the PointsConsumed whose first row carries the duration. */
  readonly durationOf: number | null;
}

export interface Return {
  /** The batch of the draw … */
  readonly from: number;
  /** … and the batch that the points came back into, with its expiry. */
  readonly into: number;
  readonly points: number;
  readonly expiresAt: string | null;
}

export type RefundCause = 'cancelled' | 'overestimated' | 'timed_out' | 'refunded';

export interface PointsRefunded extends Happened {
  readonly type: 'PointsRefunded';
  readonly consumptionId: string;
  readonly of: number;
  readonly sourceType: SourceType;
  readonly sourceId: string | null;
  readonly points: number;
  readonly returns: readonly Return[];
  readonly cause: RefundCause;
  readonly reason: string | null;
}

export interface PointsExpired extends Happened {
  readonly type: 'PointsExpired';
  readonly batchId: number;
  readonly points: number;
  /** The due time. */
  readonly expiredAt: string;
}

export interface CommandRefused extends Happened {
  readonly type: 'CommandRefused';
  readonly commandType: CommandType;
  readonly code: RefusalCode;
  readonly details: RefusalDetails;
}
