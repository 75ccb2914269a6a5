import { createHash } from 'node:crypto';
import type { LedgerCommand } from '#ledger';

const uuidOf = (text: string): string => {
  const hex = createHash('sha1').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

export const USER = uuidOf('the user');
export const userOf = (n: number): string => uuidOf(`user ${n}`);

export const AT = '2030-01-01T00:00:00.000Z';
export const secondsLater = (seconds: number): string =>
  new Date(Date.parse(AT) + seconds * 1000).toISOString();

interface CommandBuilderOptions {
  readonly userId?: string;
  readonly at?: string;
}

function commandFields(
  id: string,
  { userId = USER, at = AT }: CommandBuilderOptions,
  meaning: string,
) {
  const digest = createHash('sha256').update(meaning).digest('hex');
  return { userId, source: '/spec', id, commandId: uuidOf(`${userId} ${id}`), digest, at };
}

export function recharge(
  id: string,
  points: number,
  options: CommandBuilderOptions = {},
): LedgerCommand {
  const own = { expiresAt: null, priority: 50, sourceId: null, rechargeId: null };
  const base = commandFields(id, options, `recharge ${points}`);
  return { ...base, type: 'RechargePoints', points, ...own };
}

export function consume(
  id: string,
  points: number,
  options: CommandBuilderOptions = {},
): Extract<LedgerCommand, { type: 'ConsumePoints' }> {
  const own = {
    sourceId: null,
    duration: null,
    quantity: null,
    settleWithin: null,
    overrun: null,
    onTimeout: null,
  };
  const base = commandFields(id, options, `consume ${points}`);
  return {
    ...base,
    type: 'ConsumePoints',
    sourceType: 'script',
    points,
    consumptionId: id,
    ...own,
  };
}

export function refund(
  id: string,
  consumptionId: string,
  options: CommandBuilderOptions = {},
): LedgerCommand {
  const base = commandFields(id, options, `refund ${consumptionId}`);
  return { ...base, type: 'RefundPoints', consumptionId, points: null, reason: null };
}

export function expire(id: string, options: CommandBuilderOptions = {}): LedgerCommand {
  return { ...commandFields(id, options, 'expire'), type: 'ExpirePoints' };
}

export const ORIGIN = { correlation: 'spec' };
