import { createHash } from 'node:crypto';
import type { LedgerCommand, OnTimeout, ReversalCause, Shortfall } from '../account/commands.js';
import type { Overrun } from '../settings/policy.js';
import { time, timeOrNull } from './event-builders.js';

// Builders of commands for specs. The scenario fills in an id where the spec names none.

export const USER = '7f6a52b8-1f9d-4a59-9a51-0d6a3f0f2d11';

export interface CommandOptions {
  readonly id?: string;
  readonly at?: string;
  readonly digest?: string;
}

type CommandFields<C> = C extends LedgerCommand
  ? Omit<C, 'userId' | 'source' | 'id' | 'commandId' | 'digest' | 'at'>
  : never;

export type CommandInput = CommandFields<LedgerCommand> & { readonly sent: CommandOptions };

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The same UUID for the same text. */
export function testUuid(text: string): string {
  const hex = sha256(text);
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `5${hex.slice(13, 16)}`];
  return [...parts, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-');
}

export function buildCommand(
  { sent, ...fields }: CommandInput,
  id: string,
  at: string,
): LedgerCommand {
  return {
    ...fields,
    userId: USER,
    source: '/spec',
    id: sent.id ?? id,
    commandId: testUuid(sent.id ?? id),
    digest: sent.digest ?? sha256(JSON.stringify(fields)),
    at: sent.at === undefined ? at : time(sent.at),
  };
}

interface RechargeOptions extends CommandOptions {
  readonly expiresAt?: string | null;
  readonly priority?: number;
  readonly sourceId?: string | null;
  readonly rechargeId?: string | null;
}

export const recharge = (
  points: number,
  { expiresAt, priority = 50, sourceId = null, rechargeId = null, ...sent }: RechargeOptions = {},
): CommandInput => ({
  type: 'RechargePoints',
  points,
  expiresAt: timeOrNull(expiresAt),
  priority,
  sourceId,
  rechargeId,
  sent,
});

interface ConsumeOptions extends CommandOptions {
  readonly consumptionId?: string | null;
  readonly sourceType?: string;
  readonly sourceId?: string | null;
  readonly duration?: number | null;
  readonly quantity?: number | null;
  readonly settleWithin?: number | null;
  readonly overrun?: Overrun | null;
  readonly onTimeout?: OnTimeout | null;
}

/** `points` null: the ledger prices the quantity. */
export const consume = (
  points: number | null,
  {
    consumptionId = 'work',
    sourceType = 'script',
    sourceId = null,
    duration = null,
    quantity = null,
    settleWithin = null,
    overrun = null,
    onTimeout = null,
    ...sent
  }: ConsumeOptions = {},
): CommandInput => ({
  type: 'ConsumePoints',
  points,
  consumptionId,
  sourceType,
  sourceId,
  duration,
  quantity,
  settleWithin,
  overrun,
  onTimeout,
  sent,
});

interface ExtendOptions extends CommandOptions {
  readonly consumptionId?: string;
  readonly points?: number | null;
  readonly quantity?: number | null;
  readonly duration?: number | null;
  readonly settleWithin?: number | null;
}

export const extend = ({
  consumptionId = 'work',
  points = null,
  quantity = null,
  duration = null,
  settleWithin = null,
  ...sent
}: ExtendOptions): CommandInput => ({
  type: 'ExtendConsumption',
  consumptionId,
  points,
  quantity,
  duration,
  settleWithin,
  sent,
});

interface SettleOptions extends CommandOptions {
  readonly consumptionId?: string;
  readonly duration?: number | null;
  readonly quantity?: number | null;
  readonly overrun?: Overrun | null;
}

export const settle = (
  points: number | null,
  {
    consumptionId = 'work',
    duration = null,
    quantity = null,
    overrun = null,
    ...sent
  }: SettleOptions = {},
): CommandInput => ({
  type: 'SettleConsumption',
  consumptionId,
  points,
  duration,
  quantity,
  overrun,
  sent,
});

interface RefundOptions extends CommandOptions {
  readonly consumptionId?: string;
  readonly reason?: string | null;
}

export const refund = (
  points: number | null = null,
  { consumptionId = 'work', reason = null, ...sent }: RefundOptions = {},
): CommandInput => ({ type: 'RefundPoints', consumptionId, points, reason, sent });

interface ReverseOptions extends CommandOptions {
  readonly rechargeId?: string;
  readonly cause?: ReversalCause;
  readonly shortfall?: Shortfall;
  readonly reason?: string | null;
}

export const reverse = (
  points: number | null = null,
  {
    rechargeId = 'order',
    cause = 'mistake',
    shortfall = 'owe',
    reason = null,
    ...sent
  }: ReverseOptions = {},
): CommandInput => ({
  type: 'ReverseRecharge',
  rechargeId,
  points,
  cause,
  shortfall,
  reason,
  sent,
});

interface ReinstateOptions extends CommandOptions {
  readonly rechargeId?: string;
  readonly reason?: string | null;
}

export const reinstate = (
  points: number | null = null,
  { rechargeId = 'order', reason = null, ...sent }: ReinstateOptions = {},
): CommandInput => ({ type: 'ReinstateRecharge', rechargeId, points, reason, sent });

export const expire = (sent: CommandOptions = {}): CommandInput => ({ type: 'ExpirePoints', sent });
