import {
  DEFAULT_SETTINGS_POLICY,
  FIRST_BUSINESSES,
  termsOf,
  type LedgerCommand,
  type Terms,
} from '#ledger';

export const START_MS = Date.parse('2030-01-01T00:00:00.000Z');

export const POLICY_OF_RULES_2 = DEFAULT_SETTINGS_POLICY[2];

export const TERMS_OF_RULES_2: Terms = termsOf({
  version: 2,
  rules: 2,
  policy: POLICY_OF_RULES_2,
  businesses: [
    ...FIRST_BUSINESSES,
    {
      code: 'translate',
      label: '【文档翻译】',
      unit: 'character',
      price: { points: '2.5', per: '1000', step: '500', minimum: 2, rounding: 'up' },
      retired: false,
    },
  ],
});

/** What all commands have, of one user's turn and of one kind within it. */
export const headerOf = (userId: string, kind: string, turn: number) => ({
  userId,
  source: '/test',
  id: `${kind}-${turn}`,
  commandId: `0000000${kind}-0000-5000-8000-${String(turn).padStart(12, '0')}`,
  digest: '0'.repeat(64),
  at: new Date(START_MS + turn * 1_000).toISOString(),
});

const NOT_TOLD = { points: null, quantity: null, duration: null } as const;
const CYCLE = 8;

/**
 * The commands that only rules 2 know, in cycles: what one round owes the next ones pay, and what one
 * recharges others reverse and reinstate.
 */
export function commandsOfRules2At(
  userId: string,
  round: number,
  turn: number,
): readonly LedgerCommand[] {
  const header = (kind: string) => headerOf(userId, kind, turn);
  const cycle = Math.floor(round / CYCLE);
  const order = { sourceId: `order ${cycle}`, rechargeId: `recharge ${cycle}` };
  const recharge: LedgerCommand = {
    ...header('b'),
    ...order,
    type: 'RechargePoints',
    points: 100,
    expiresAt: new Date(START_MS + turn * 1_000 + 60_000).toISOString(),
    priority: 50,
  };
  const consumptionId = `c-${turn}`;
  const hold: LedgerCommand = {
    ...header('c'),
    ...NOT_TOLD,
    type: 'ConsumePoints',
    sourceType: 'translate',
    sourceId: `document ${cycle}`,
    quantity: 1_200,
    consumptionId,
    settleWithin: 20,
    overrun: null,
    onTimeout: null,
  };
  const consume: LedgerCommand = {
    ...hold,
    sourceType: 'tts',
    points: 7,
    quantity: null,
    duration: 2.5,
    settleWithin: null,
  };
  const settle: LedgerCommand = {
    ...header('e'),
    ...NOT_TOLD,
    type: 'SettleConsumption',
    consumptionId,
    // Every other time it costs more than what has come in.
    quantity: cycle % 2 === 0 ? 40_000 : 120_000,
    overrun: null,
  };
  const { rechargeId } = order;
  switch (round % CYCLE) {
    case 1:
      return [
        hold,
        {
          ...header('d'),
          ...NOT_TOLD,
          type: 'ExtendConsumption',
          consumptionId,
          quantity: 400,
          settleWithin: 30,
        },
        settle,
      ];
    case 3:
      return [
        consume,
        { ...header('d'), type: 'RefundPoints', consumptionId, points: 3, reason: null },
      ];
    case 4:
      return [
        {
          ...header('a'),
          type: 'ReverseRecharge',
          rechargeId,
          points: null,
          cause: 'chargeback',
          shortfall: 'owe',
          reason: 'disputed',
        },
      ];
    case 5:
      return [
        { ...header('f'), type: 'ReinstateRecharge', rechargeId, points: 60, reason: null },
        { ...hold, onTimeout: 'charge' },
      ];
    case 6:
      return [{ ...consume, points: 1_000_000 }];
    case 7:
      return [
        consume,
        { ...settle, consumptionId: 'unknown' },
        { ...header('d'), type: 'RefundPoints', consumptionId, points: null, reason: 'noisy' },
      ];
    default:
      return [{ ...recharge, rechargeId: round % CYCLE === 0 ? rechargeId : null }];
  }
}
