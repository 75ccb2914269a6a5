import type {
  CommandRefused,
  ConsumptionSettled,
  LedgerEvent,
  PointsConsumed,
  PointsExpired,
  PointsRecharged,
  PointsRefunded,
} from '#ledger';

export const AT = '2030-01-01T00:00:00.000Z';

export const userNo = (n: number): string =>
  `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

const envelope = (balanceAfter: number, at = AT) => ({
  at,
  receivedAt: at,
  commandId: '00000000-0000-5000-8000-000000000002',
  digest: '0'.repeat(64),
  balanceAfter,
  owedAfter: null,
});

/** Of an event of rules 2 after which nothing is owed. */
export const ENVELOPE = { ...envelope(0), owedAfter: 0 };

export type Overrides<E extends LedgerEvent> = Partial<E> & Pick<E, 'balanceAfter'>;

export const recharged = (overrides: Overrides<PointsRecharged>): PointsRecharged => ({
  ...envelope(overrides.balanceAfter, overrides.at),
  type: 'PointsRecharged',
  batchId: 1,
  points: 100,
  expiresAt: null,
  priority: 50,
  sourceId: null,
  rechargeId: '00000000-0000-5000-8000-000000000002',
  ...overrides,
});

export const consumed = (overrides: Overrides<PointsConsumed>): PointsConsumed => {
  const points = overrides.points ?? 10;
  return {
    ...envelope(overrides.balanceAfter, overrides.at),
    type: 'PointsConsumed',
    consumptionId: 'c1',
    of: null,
    sourceType: 'tts',
    sourceId: null,
    points,
    draws: [{ batchId: 1, points }],
    duration: null,
    settleBy: null,
    label: '【配音合成】',
    quantity: null,
    price: null,
    priced: false,
    overrun: null,
    onTimeout: null,
    ...overrides,
  };
};

export const settled = (overrides: Overrides<ConsumptionSettled>): ConsumptionSettled => ({
  ...envelope(overrides.balanceAfter, overrides.at),
  type: 'ConsumptionSettled',
  consumptionId: 'c1',
  of: 1,
  estimated: 10,
  actual: 10,
  duration: null,
  durationOf: 1,
  charged: overrides.actual ?? 10,
  owed: 0,
  uncollected: 0,
  quantity: null,
  cause: 'settled',
  ...overrides,
});

export const refunded = (overrides: Overrides<PointsRefunded>): PointsRefunded => {
  const points = overrides.points ?? 10;
  return {
    ...envelope(overrides.balanceAfter, overrides.at),
    type: 'PointsRefunded',
    consumptionId: 'c1',
    of: 1,
    sourceType: 'tts',
    sourceId: null,
    points,
    returns: [{ from: 1, into: 1, points, expiresAt: null }],
    cause: 'refunded',
    reason: null,
    label: '【配音合成】',
    ...overrides,
  };
};

export const expired = (overrides: Overrides<PointsExpired>): PointsExpired => ({
  ...envelope(overrides.balanceAfter, overrides.at),
  type: 'PointsExpired',
  batchId: 1,
  points: 100,
  expiredAt: overrides.at ?? AT,
  ...overrides,
});

export const refused = (overrides: Overrides<CommandRefused>): CommandRefused => ({
  ...envelope(overrides.balanceAfter, overrides.at),
  type: 'CommandRefused',
  commandType: 'ConsumePoints',
  code: 'InsufficientPoints',
  details: { balance: overrides.balanceAfter, asked: 1_000 },
  ...overrides,
});
