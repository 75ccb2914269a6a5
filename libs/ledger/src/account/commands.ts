import type { SourceType } from './businesses.js';

/** A command to one account. It was parsed at the edge, so every field is valid here. */
export type LedgerCommand =
  RechargePoints | ConsumePoints | SettleConsumption | RefundPoints | ExpirePoints;

export type CommandType = LedgerCommand['type'];

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

export interface RechargePoints extends CommandHeader {
  readonly type: 'RechargePoints';
  readonly points: number;
  readonly expiresAt: string | null;
  readonly priority: number;
  readonly sourceId: string | null;
}

export interface ConsumePoints extends CommandHeader {
  readonly type: 'ConsumePoints';
  readonly sourceType: SourceType;
  readonly points: number;
  readonly sourceId: string | null;
  readonly duration: number | null;
  /** The id that the command names, or else the command's own id. */
  readonly consumptionId: string;
  /** Seconds for which the pre-deduction is open; null: the consumption is closed at once. */
  readonly settleWithin: number | null;
}

export interface SettleConsumption extends CommandHeader {
  readonly type: 'SettleConsumption';
  readonly consumptionId: string;
  /** What the consumption really cost. */
  readonly points: number;
  readonly duration: number | null;
}

export interface RefundPoints extends CommandHeader {
  readonly type: 'RefundPoints';
  readonly consumptionId: string;
  /** null: all points that can still be refunded. */
  readonly points: number | null;
  readonly reason: string | null;
}

export interface ExpirePoints extends CommandHeader {
  readonly type: 'ExpirePoints';
}
