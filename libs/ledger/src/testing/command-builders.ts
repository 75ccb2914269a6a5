import { createHash } from 'node:crypto';
import type { SourceType } from '../account/businesses.js';
import type { LedgerCommand } from '../account/commands.js';
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
}

export const recharge = (
  points: number,
  { expiresAt, priority = 50, sourceId = null, ...sent }: RechargeOptions = {},
): CommandInput => ({
  type: 'RechargePoints',
  points,
  expiresAt: timeOrNull(expiresAt),
  priority,
  sourceId,
  sent,
});

interface ConsumeOptions extends CommandOptions {
  readonly consumptionId?: string;
  readonly sourceType?: SourceType;
  readonly sourceId?: string | null;
  readonly duration?: number | null;
  readonly settleWithin?: number | null;
}

export const consume = (
  points: number,
  {
    consumptionId = 'work',
    sourceType = 'script',
    sourceId = null,
    duration = null,
    settleWithin = null,
    ...sent
  }: ConsumeOptions = {},
): CommandInput => ({
  type: 'ConsumePoints',
  points,
  consumptionId,
  sourceType,
  sourceId,
  duration,
  settleWithin,
  sent,
});

interface SettleOptions extends CommandOptions {
  readonly consumptionId?: string;
  readonly duration?: number | null;
}

export const settle = (
  points: number,
  { consumptionId = 'work', duration = null, ...sent }: SettleOptions = {},
): CommandInput => ({ type: 'SettleConsumption', consumptionId, points, duration, sent });

interface RefundOptions extends CommandOptions {
  readonly consumptionId?: string;
  readonly reason?: string | null;
}

export const refund = (
  points: number | null = null,
  { consumptionId = 'work', reason = null, ...sent }: RefundOptions = {},
): CommandInput => ({ type: 'RefundPoints', consumptionId, points, reason, sent });

export const expire = (sent: CommandOptions = {}): CommandInput => ({ type: 'ExpirePoints', sent });
