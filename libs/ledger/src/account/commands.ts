import type { SourceType } from './businesses.js';

/** What somebody asks of one account. Parsed at the edge; past it every field is known to be good. */
export type LedgerCommand =
  RechargePoints | ConsumePoints | SettleConsumption | RefundPoints | ExpirePoints;

export type CommandType = LedgerCommand['type'];

interface Asked {
  readonly userId: string;
  /** Who sent it, and the id they gave it: together with the user they make `commandId`. */
  readonly source: string;
  readonly id: string;
  readonly commandId: string;
  /** What the command meant: lower-case hex of a SHA-256, made at the edge. */
  readonly digest: string;
  /** When the trusted side received it: ISO-8601 UTC, milliseconds, Z. */
  readonly at: string;
}

export interface RechargePoints extends Asked {
  readonly type: 'RechargePoints';
  readonly points: number;
  readonly expiresAt: string | null;
  readonly priority: number;
  readonly sourceId: string | null;
}

export interface ConsumePoints extends Asked {
  readonly type: 'ConsumePoints';
  readonly sourceType: SourceType;
  readonly points: number;
  readonly sourceId: string | null;
  readonly duration: number | null;
  /** The one that the command names, else the command's own id. */
  readonly consumptionId: string;
  /** Seconds; null: closed at once. */
  readonly settleWithin: number | null;
}

export interface SettleConsumption extends Asked {
  readonly type: 'SettleConsumption';
  readonly consumptionId: string;
  /** What it really cost. */
  readonly points: number;
  readonly duration: number | null;
}

export interface RefundPoints extends Asked {
  readonly type: 'RefundPoints';
  readonly consumptionId: string;
  /** null: all that is left. */
  readonly points: number | null;
  readonly reason: string | null;
}

export interface ExpirePoints extends Asked {
  readonly type: 'ExpirePoints';
}
