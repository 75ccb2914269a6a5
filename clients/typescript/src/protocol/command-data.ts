import type { CommandType } from './names.js';

// The data of each command, with the names that they have on the wire, in the API document and in the
// client for Python.

/** A time: a Date, or RFC 3339 text with an offset. */
export type Time = Date | string;

interface AnyCommand {
  /** A UUID, in any case of letters. */
  readonly user_id: string;
  /** What the sender keeps with the command: at most 8 entries. */
  readonly metadata?: Readonly<Record<string, string>> | null;
}

/** What a price counts; with `points` it is only noted. */
interface Measure {
  readonly points?: number | null;
  readonly quantity?: number | null;
  /** Seconds. */
  readonly duration?: number | null;
}

export type Overrun = 'refuse' | 'cap' | 'owe';

export interface RechargeData extends AnyCommand {
  readonly points: number;
  /** null: they never expire. It must be said, so that it is never an accident. */
  readonly expires_at: Time | null;
  readonly priority?: number | null;
  /** The order. */
  readonly source_id?: string | null;
  /** Names the recharge: two of one id recharge once. */
  readonly recharge_id?: string | null;
}

export interface ConsumeData extends AnyCommand, Measure {
  /** The code of the business. */
  readonly source_type: string;
  /** The task. */
  readonly source_id?: string | null;
  readonly consumption_id?: string | null;
  /** Seconds: the points are held until they are settled. */
  readonly settle_within?: number | null;
  readonly overrun?: Overrun | null;
  readonly on_timeout?: 'return' | 'charge' | null;
}

export interface SettleData extends AnyCommand, Measure {
  readonly consumption_id: string;
  readonly overrun?: Overrun | null;
}

export interface ExtendData extends AnyCommand, Measure {
  readonly consumption_id: string;
  readonly settle_within?: number | null;
}

export interface RefundData extends AnyCommand {
  readonly consumption_id: string;
  /** Absent: all of it. */
  readonly points?: number | null;
  readonly reason?: string | null;
}

export interface ReverseData extends AnyCommand {
  readonly recharge_id: string;
  readonly points?: number | null;
  readonly reason?: string | null;
  readonly cause: 'payment_refunded' | 'chargeback' | 'mistake';
  readonly shortfall?: 'owe' | 'clamp' | null;
}

export interface ReinstateData extends AnyCommand {
  readonly recharge_id: string;
  readonly points?: number | null;
  readonly reason?: string | null;
}

export type ExpireData = AnyCommand;

export interface CommandDataOf extends Record<CommandType, AnyCommand> {
  RechargePoints: RechargeData;
  ConsumePoints: ConsumeData;
  ExtendConsumption: ExtendData;
  SettleConsumption: SettleData;
  RefundPoints: RefundData;
  ReverseRecharge: ReverseData;
  ReinstateRecharge: ReinstateData;
  ExpirePoints: ExpireData;
}
