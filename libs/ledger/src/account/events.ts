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

interface CommonFields {
  /** The time that counts for the rules. It never runs backwards within a stream. */
  readonly at: string;
  /** The command's own `at`. */
  readonly receivedAt: string;
  readonly commandId: string;
  readonly digest: string;
  /** The balance of the account after this event. */
  readonly balanceAfter: number;
}

export interface PointsRecharged extends CommonFields {
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

export interface PointsConsumed extends CommonFields {
  readonly type: 'PointsConsumed';
  readonly consumptionId: string;
  /** Revision of the event that began the consumption; null: this event began it. */
  readonly of: number | null;
  readonly sourceType: SourceType;
  readonly sourceId: string | null;
  readonly points: number;
  readonly draws: readonly Draw[];
  readonly duration: number | null;
  /** When an open pre-deduction times out; null: the consumption is closed at once. */
  readonly settleBy: string | null;
}

export interface ConsumptionSettled extends CommonFields {
  readonly type: 'ConsumptionSettled';
  readonly consumptionId: string;
  readonly of: number;
  readonly estimated: number;
  readonly actual: number;
  readonly duration: number | null;
  /** Revision of the PointsConsumed event whose first row in the read table shows the duration. */
  readonly durationOf: number | null;
}

export interface Return {
  /** The batch from which the points were drawn. */
  readonly from: number;
  /** The batch into which they came back, and its expiry. */
  readonly into: number;
  readonly points: number;
  readonly expiresAt: string | null;
}

export type RefundCause = 'cancelled' | 'overestimated' | 'timed_out' | 'refunded';

export interface PointsRefunded extends CommonFields {
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

export interface PointsExpired extends CommonFields {
  readonly type: 'PointsExpired';
  readonly batchId: number;
  readonly points: number;
  /** When the batch was due to expire, at or before the time of the event. */
  readonly expiredAt: string;
}

export interface CommandRefused extends CommonFields {
  readonly type: 'CommandRefused';
  readonly commandType: CommandType;
  readonly code: RefusalCode;
  readonly details: RefusalDetails;
}
