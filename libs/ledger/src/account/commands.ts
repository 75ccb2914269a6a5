import type { Overrun } from '../settings/policy.js';

/**
 * A command to one account. It was parsed at the edge, so every field is valid here. The metadata of
 * its sender are left out: the rules make nothing of them.
 */
export type LedgerCommand =
  | RechargePoints
  | ConsumePoints
  | ExtendConsumption
  | SettleConsumption
  | RefundPoints
  | ReverseRecharge
  | ReinstateRecharge
  | ExpirePoints;

export type CommandType = LedgerCommand['type'];

/** What becomes of a pre-deduction that nobody settles in time. */
export const ON_TIMEOUT = ['return', 'charge'] as const;
export type OnTimeout = (typeof ON_TIMEOUT)[number];

export const REVERSAL_CAUSES = ['payment_refunded', 'chargeback', 'mistake'] as const;
export type ReversalCause = (typeof REVERSAL_CAUSES)[number];

/** What becomes of reversed points that are not in the batch any more. */
export const SHORTFALLS = ['owe', 'clamp'] as const;
export type Shortfall = (typeof SHORTFALLS)[number];

interface CommandHeader {
  readonly userId: string;
  /** The sender and the id it gave the command; `commandId` is derived from both and the user. */
  readonly source: string;
  readonly id: string;
  readonly commandId: string;
  /** SHA-256 of what the command means, in lower-case hex, computed at the edge. */
  readonly digest: string;
  /** When the trusted side received it: ISO-8601 UTC, milliseconds, Z. */
  readonly at: string;
}

/** What a consumption costs, or what its price counts; null: not told. */
interface Cost {
  readonly points: number | null;
  readonly quantity: number | null;
  /** Seconds. */
  readonly duration: number | null;
}

export interface RechargePoints extends CommandHeader {
  readonly type: 'RechargePoints';
  readonly points: number;
  readonly expiresAt: string | null;
  readonly priority: number;
  readonly sourceId: string | null;
  /** null: the id derived for the command. */
  readonly rechargeId: string | null;
}

export interface ConsumePoints extends CommandHeader, Cost {
  readonly type: 'ConsumePoints';
  /** The code of a business, which may be unknown. */
  readonly sourceType: string;
  readonly sourceId: string | null;
  /** null: the rules in force say which id it gets. */
  readonly consumptionId: string | null;
  /** Seconds for which the pre-deduction is open; null: the consumption is closed at once. */
  readonly settleWithin: number | null;
  /** Of a pre-deduction; null: the policy says. */
  readonly overrun: Overrun | null;
  /** Of a pre-deduction; null: `return`. */
  readonly onTimeout: OnTimeout | null;
}

/** Names a longer time, or more to hold, or both. */
export interface ExtendConsumption extends CommandHeader, Cost {
  readonly type: 'ExtendConsumption';
  readonly consumptionId: string;
  readonly settleWithin: number | null;
}

/** What the consumption really cost. */
export interface SettleConsumption extends CommandHeader, Cost {
  readonly type: 'SettleConsumption';
  readonly consumptionId: string;
  /** null: what the consumption says. */
  readonly overrun: Overrun | null;
}

export interface RefundPoints extends CommandHeader {
  readonly type: 'RefundPoints';
  readonly consumptionId: string;
  /** null: all points that can still be refunded. */
  readonly points: number | null;
  readonly reason: string | null;
}

export interface ReverseRecharge extends CommandHeader {
  readonly type: 'ReverseRecharge';
  readonly rechargeId: string;
  /** null: all of it that is not reversed. */
  readonly points: number | null;
  readonly cause: ReversalCause;
  readonly shortfall: Shortfall;
  readonly reason: string | null;
}

export interface ReinstateRecharge extends CommandHeader {
  readonly type: 'ReinstateRecharge';
  readonly rechargeId: string;
  /** null: all that is reversed. */
  readonly points: number | null;
  readonly reason: string | null;
}

export interface ExpirePoints extends CommandHeader {
  readonly type: 'ExpirePoints';
}
