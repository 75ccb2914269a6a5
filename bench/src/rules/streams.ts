import {
  DEFAULT_POLICY,
  DEFAULT_SETTINGS_POLICY,
  FIRST_BUSINESSES,
  TERMS_OF_RULES_1,
  termsOf,
  type AccountPolicy,
  type Business,
  type LedgerCommand,
  type Terms,
} from '#ledger';

const START_MS = Date.parse('2030-01-01T00:00:00.000Z');
const LIFE_MS = 30 * 86_400_000;

type Consume = Extract<LedgerCommand, { type: 'ConsumePoints' }>;
type Settle = Extract<LedgerCommand, { type: 'SettleConsumption' }>;

/** The commands of a heavy user, and the rules by which they are decided. */
export interface Stream {
  readonly policy: AccountPolicy;
  readonly terms: Terms;
  /** Those of one turn. */
  readonly commandsAt: (turn: number) => readonly LedgerCommand[];
  /** What comes before `next`, so that it is not refused. */
  readonly refill: (turn: number) => readonly LedgerCommand[];
  /** One that is decided and not executed, on an account after its history. */
  readonly next: (turn: number) => LedgerCommand;
}

/** Consumptions whose points are told, a tenth of them settled pre-deductions, and some recharges. */
const streamOfRules1 = (turnsPerRecharge: number): Stream => ({
  policy: DEFAULT_POLICY,
  terms: TERMS_OF_RULES_1,
  commandsAt(turn) {
    if (turn % turnsPerRecharge === 0) return [recharge(turn, 200 * turnsPerRecharge)];
    if (turn % 10 !== 9) return [consume(turn, 12)];
    return [{ ...consume(turn, 12), settleWithin: 3600 }, settle(turn, 10)];
  },
  refill: () => [],
  next: (turn) => consume(turn, 12),
});

const PRICE = { points: '1', per: '1', step: null, minimum: 1, rounding: 'down' } as const;

const BUSINESSES: readonly Business[] = FIRST_BUSINESSES.map((business) =>
  business.code === 'tts' ? { ...business, price: PRICE } : business,
);

const OWED = 8;
/** Of a turn of ten: eight consumptions, and what the settlement costs. */
const TURN_POINTS = 8 * 12 + 30;

/**
 * Consumptions that the ledger prices. One in ten is a pre-deduction that costs more than the balance:
 * what it leaves as a debt is collected from the next recharge.
 */
const STREAM_OF_RULES_2: Stream = {
  policy: DEFAULT_SETTINGS_POLICY[2],
  terms: termsOf({
    version: 1,
    rules: 2,
    policy: DEFAULT_SETTINGS_POLICY[2],
    businesses: BUSINESSES,
  }),
  commandsAt(turn) {
    if (turn % 10 === 0) return [recharge(turn, turn === 0 ? TURN_POINTS - OWED : TURN_POINTS)];
    if (turn % 10 !== 9) return [consume(turn, null)];
    return [{ ...consume(turn, null), settleWithin: 3600 }, settle(turn, 30)];
  },
  refill: (turn) => [recharge(turn, 10_000)],
  next: (turn) => consume(turn, null),
};

export const STREAMS = {
  rules1: streamOfRules1(50),
  /** As often recharged as the stream of rules 2, whose debts need it: a recharge costs more than others. */
  rules1OftenRecharged: streamOfRules1(10),
  rules2: STREAM_OF_RULES_2,
} as const satisfies Readonly<Record<string, Stream>>;

export type StreamName = keyof typeof STREAMS;

const envelope = (turn: number, kind: string) => ({
  userId: '00000000-0000-4000-8000-000000000001',
  source: '/bench',
  id: `${kind}-${turn}`,
  commandId: idOf(turn, kind),
  digest: 'd'.repeat(64),
  at: new Date(START_MS + turn * 1000).toISOString(),
});

const idOf = (turn: number, kind: string): string =>
  `${kind.charCodeAt(0).toString(16).padStart(8, '0')}-0000-5000-8000-${turn.toString(16).padStart(12, '0')}`;

const recharge = (turn: number, points: number): LedgerCommand => ({
  ...envelope(turn, 'recharge'),
  type: 'RechargePoints',
  rechargeId: null,
  points,
  expiresAt: new Date(START_MS + turn * 1000 + LIFE_MS).toISOString(),
  priority: 50,
  sourceId: null,
});

/** Of 12 points, told or priced. */
const consume = (turn: number, points: number | null): Consume => ({
  ...envelope(turn, 'consume'),
  type: 'ConsumePoints',
  quantity: null,
  overrun: null,
  onTimeout: null,
  sourceType: 'tts',
  points,
  sourceId: 'job',
  duration: 12.5,
  consumptionId: `consume-${turn}`,
  settleWithin: null,
});

const settle = (turn: number, points: number): Settle => ({
  ...envelope(turn, 'settle'),
  type: 'SettleConsumption',
  quantity: null,
  overrun: null,
  consumptionId: `consume-${turn}`,
  points,
  duration: 9.5,
});
