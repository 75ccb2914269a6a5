import type { LedgerCommand } from '#ledger';

/** When the load begins: nothing of it falls due while it lasts. */
export const START_MS = Date.parse('2030-01-01T00:00:00.000Z');

export const hex = (value: number, digits: number): string =>
  value.toString(16).padStart(digits, '0');

export const benchUser = (index: number): string => {
  // Spread over the whole range, as real ids are, so that indexes feel it.
  const mixed = Math.imul(index + 1, 0x9e3779b1) >>> 0;
  return `${hex(mixed, 8)}-0000-4000-8000-${hex(index, 12)}`;
};

/** Who sends a command, and when. */
export type Asked = Pick<LedgerCommand, 'userId' | 'source' | 'id' | 'commandId' | 'digest' | 'at'>;

/**
 * What one user sends in a round: a recharge now and then; consumptions, some of them pre-deductions
 * settled below, some refunded. `asked` takes a letter that tells the commands of a turn apart.
 */
export function commandsOf(
  round: number,
  turn: number,
  asked: (kind: string) => Asked,
): LedgerCommand[] {
  if (round % 20 === 0) return [{ ...RECHARGE, ...asked('r') }];
  const consumptionId = `c-${turn}`;
  const consume: LedgerCommand = { ...CONSUME, consumptionId, ...asked('c') };
  if (round % 10 === 5) {
    return [
      { ...consume, settleWithin: 3_600 },
      { ...SETTLE, consumptionId, ...asked('s') },
    ];
  }
  if (round % 20 === 7) return [consume, { ...REFUND, consumptionId, ...asked('b') }];
  return [consume];
}

const RECHARGE = {
  type: 'RechargePoints',
  points: 10_000,
  expiresAt: '2090-01-01T00:00:00.000Z',
  priority: 50,
  sourceId: 'order-1',
} as const;
const CONSUME = {
  type: 'ConsumePoints',
  sourceType: 'tts',
  points: 12,
  sourceId: 'clip-17',
  duration: 12.5,
  settleWithin: null,
} as const;
const SETTLE = { type: 'SettleConsumption', points: 10, duration: 9.5 } as const;
const REFUND = { type: 'RefundPoints', points: 5, reason: null } as const;
