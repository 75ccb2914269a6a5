import type { CommonFields, Draw } from './event-fields.js';
import type { ImportEvent } from './import-events.js';

export type { CommonFields, Draw } from './event-fields.js';

import type { FrozenPrice } from '../settings/business.js';
import type { Overrun } from '../settings/policy.js';
import type { RulesNumber } from '../settings/settings.js';
import type { CommandType, OnTimeout, ReversalCause } from './commands.js';
import type { RefusalCode, RefusalDetails } from './refusals.js';

// What has happened to one account. Storage formats: events written years ago are read through
// these types, so fields are added, never renamed or removed. An event of rules 1 is stored without
// the fields of rules 2, and has here what `storage/upcast.ts` says of them.
export type LedgerEvent = AccountEvent | ImportEvent;

/** What commands do. */
export type AccountEvent =
  | PointsRecharged
  | PointsConsumed
  | ConsumptionExtended
  | ConsumptionSettled
  | PointsRefunded
  | PointsExpired
  | RechargeReversed
  | RechargeReinstated
  | DebtCollected
  | DebtForgiven
  | CommandRefused;

export type NonEmpty<T> = readonly [T, ...T[]];

export const isNonEmpty = <T>(items: readonly T[]): items is NonEmpty<T> => items.length > 0;

export type EventType = LedgerEvent['type'];

/** The rules that an event was decided by. */
export const rulesOf = ({ owedAfter }: Pick<CommonFields, 'owedAfter'>): RulesNumber =>
  owedAfter === null ? 1 : 2;

export interface PointsRecharged extends CommonFields {
  readonly type: 'PointsRecharged';
  readonly batchId: number;
  readonly points: number;
  readonly expiresAt: string | null;
  readonly priority: number;
  readonly sourceId: string | null;
  /** The id that the command named, or else the id derived for the command. */
  readonly rechargeId: string;
}

export interface PointsConsumed extends CommonFields {
  readonly type: 'PointsConsumed';
  readonly consumptionId: string;
  /** Revision of the event that began the consumption; null: this event began it. */
  readonly of: number | null;
  /** The code of the business. */
  readonly sourceType: string;
  readonly sourceId: string | null;
  /** The label of the business, then. */
  readonly label: string;
  readonly points: number;
  readonly draws: readonly Draw[];
  readonly duration: number | null;
  /** What a price counts; null: no quantity was told. */
  readonly quantity: number | null;
  /** The price of the points, or the one that a pre-deduction froze. */
  readonly price: FrozenPrice | null;
  /** Whether the points come from the price. */
  readonly priced: boolean;
  /** When an open pre-deduction times out; null: the consumption is closed at once. */
  readonly settleBy: string | null;
  /** What may happen when the settlement costs too much; null: no pre-deduction, or by rules 1. */
  readonly overrun: Overrun | null;
  readonly onTimeout: OnTimeout | null;
}

/** A pre-deduction stays open for longer, or holds more. */
export interface ConsumptionExtended extends CommonFields {
  readonly type: 'ConsumptionExtended';
  readonly consumptionId: string;
  readonly of: number;
  readonly settleBy: string;
  /** The totals now. */
  readonly estimated: number;
  readonly quantity: number | null;
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
  /** Of the actual cost: what was drawn, what became a debt, and what nobody will pay. */
  readonly charged: number;
  readonly owed: number;
  readonly uncollected: number;
  readonly quantity: number | null;
  /** `timed_out`: nobody settled a pre-deduction that is charged when it times out. */
  readonly cause: 'settled' | 'timed_out';
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
  readonly sourceType: string;
  readonly sourceId: string | null;
  readonly label: string;
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

/** A recharge is undone, in whole or in part. */
export interface RechargeReversed extends CommonFields {
  readonly type: 'RechargeReversed';
  readonly rechargeId: string;
  /** Revision of the recharge. */
  readonly of: number;
  readonly batchId: number;
  readonly sourceId: string | null;
  /** Taken out of the batch; 0: nothing was left in it. */
  readonly points: number;
  readonly owed: number;
  readonly uncollected: number;
  readonly cause: ReversalCause;
  readonly reason: string | null;
}

/** Reversals of a recharge are undone, in whole or in part. */
export interface RechargeReinstated extends CommonFields {
  readonly type: 'RechargeReinstated';
  readonly rechargeId: string;
  readonly of: number;
  readonly sourceId: string | null;
  /** What comes back: the sum of the returns. */
  readonly points: number;
  /** Of its debt, by the DebtForgiven before this event. */
  readonly forgiven: number;
  /** Of what was uncollected. */
  readonly waived: number;
  readonly returns: readonly Return[];
  readonly reason: string | null;
}

/** What a debt arose from: a consumption or the reversal of a recharge. */
interface DebtFields {
  readonly consumptionId: string | null;
  /** Revision of the consumption or of the recharge. */
  readonly of: number;
  readonly rechargeId: string | null;
  readonly sourceType: string | null;
  readonly sourceId: string | null;
}

/** Points that came in paid a debt. */
export interface DebtCollected extends CommonFields, DebtFields {
  readonly type: 'DebtCollected';
  readonly label: string | null;
  readonly points: number;
  readonly draws: readonly Draw[];
  /** Of a late settlement that charged nothing: its row is the first of this event. */
  readonly duration: number | null;
}

export interface DebtForgiven extends CommonFields, DebtFields {
  readonly type: 'DebtForgiven';
  readonly points: number;
  readonly cause: 'refunded' | 'reinstated';
  readonly reason: string | null;
}

export interface CommandRefused extends CommonFields {
  readonly type: 'CommandRefused';
  readonly commandType: CommandType;
  readonly code: RefusalCode;
  readonly details: RefusalDetails;
}
