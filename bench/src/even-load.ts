import type { LedgerCommand } from '#ledger';

/** The start of the load, during which no points fall due. */
export const START_MS = Date.parse('2030-01-01T00:00:00.000Z');

export const hex = (value: number, digits: number): string =>
  value.toString(16).padStart(digits, '0');

export const benchUser = (index: number): string => {
  // The ids are spread over the whole range like real ones, because that affects indexes.
  const mixed = Math.imul(index + 1, 0x9e3779b1) >>> 0;
  return `${hex(mixed, 8)}-0000-4000-8000-${hex(index, 12)}`;
};

/** The fields of a command that identify its user, its sender and its time. */
export type CommandEnvelope = Pick<
  LedgerCommand,
  'userId' | 'source' | 'id' | 'commandId' | 'digest' | 'at'
>;

/**
 * The commands of one user in a round: sometimes a recharge, otherwise consumptions, of which some are
 * pre-deductions settled below the estimate, and some are refunded. The letter that `envelopeFor` takes
 * makes the ids of one turn unique.
 */
export function commandsOf(
  round: number,
  turn: number,
  envelopeFor: (kind: string) => CommandEnvelope,
): LedgerCommand[] {
  if (round % 20 === 0) return [{ ...RECHARGE, ...envelopeFor('r') }];
  const consumptionId = `c-${turn}`;
  const consume: LedgerCommand = { ...CONSUME, consumptionId, ...envelopeFor('c') };
  if (round % 10 === 5) {
    return [
      { ...consume, settleWithin: 3_600 },
      { ...SETTLE, consumptionId, ...envelopeFor('s') },
    ];
  }
  if (round % 20 === 7) return [consume, { ...REFUND, consumptionId, ...envelopeFor('b') }];
  return [consume];
}

const RECHARGE = {
  type: 'RechargePoints',
  rechargeId: null,
  points: 10_000,
  expiresAt: '2090-01-01T00:00:00.000Z',
  priority: 50,
  sourceId: 'order-1',
} as const;
const CONSUME = {
  type: 'ConsumePoints',
  quantity: null,
  overrun: null,
  onTimeout: null,
  sourceType: 'tts',
  points: 12,
  sourceId: 'clip-17',
  duration: 12.5,
  settleWithin: null,
} as const;
const SETTLE = {
  type: 'SettleConsumption',
  points: 10,
  quantity: null,
  duration: 9.5,
  overrun: null,
} as const;
const REFUND = { type: 'RefundPoints', points: 5, reason: null } as const;
