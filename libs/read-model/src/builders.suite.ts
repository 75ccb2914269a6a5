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

const happened = (balanceAfter: number, at = AT) => ({
  at,
  receivedAt: at,
  commandId: '00000000-0000-5000-8000-000000000002',
  digest: '0'.repeat(64),
  balanceAfter,
});

type Given<E extends LedgerEvent> = Partial<E> & Pick<E, 'balanceAfter'>;

export const recharged = (given: Given<PointsRecharged>): PointsRecharged => ({
  ...happened(given.balanceAfter, given.at),
  type: 'PointsRecharged',
  batchId: 1,
  points: 100,
  expiresAt: null,
  priority: 50,
  sourceId: null,
  ...given,
});

export const consumed = (given: Given<PointsConsumed>): PointsConsumed => {
  const points = given.points ?? 10;
  return {
    ...happened(given.balanceAfter, given.at),
    type: 'PointsConsumed',
    consumptionId: 'c1',
    of: null,
    sourceType: 'tts',
    sourceId: null,
    points,
    draws: [{ batchId: 1, points }],
    duration: null,
    settleBy: null,
    ...given,
  };
};

export const settled = (given: Given<ConsumptionSettled>): ConsumptionSettled => ({
  ...happened(given.balanceAfter, given.at),
  type: 'ConsumptionSettled',
  consumptionId: 'c1',
  of: 1,
  estimated: 10,
  actual: 10,
  duration: null,
  durationOf: 1,
  ...given,
});

export const refunded = (given: Given<PointsRefunded>): PointsRefunded => {
  const points = given.points ?? 10;
  return {
    ...happened(given.balanceAfter, given.at),
    type: 'PointsRefunded',
    consumptionId: 'c1',
    of: 1,
    sourceType: 'tts',
    sourceId: null,
    points,
    returns: [{ from: 1, into: 1, points, expiresAt: null }],
    cause: 'refunded',
    reason: null,
    ...given,
  };
};

export const expired = (given: Given<PointsExpired>): PointsExpired => ({
  ...happened(given.balanceAfter, given.at),
  type: 'PointsExpired',
  batchId: 1,
  points: 100,
  expiredAt: given.at ?? AT,
  ...given,
});

export const refused = (given: Given<CommandRefused>): CommandRefused => ({
  ...happened(given.balanceAfter, given.at),
  type: 'CommandRefused',
  commandType: 'ConsumePoints',
  code: 'InsufficientPoints',
  details: { balance: given.balanceAfter, asked: 1_000 },
  ...given,
});
