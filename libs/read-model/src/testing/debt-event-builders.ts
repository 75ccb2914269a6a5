import type {
  ConsumptionExtended,
  DebtCollected,
  DebtForgiven,
  RechargeReinstated,
  RechargeReversed,
} from '#ledger';

import { ENVELOPE, type Overrides } from './event-builders.js';

export const extended = (overrides: Overrides<ConsumptionExtended>): ConsumptionExtended => ({
  ...ENVELOPE,
  type: 'ConsumptionExtended',
  consumptionId: 'c1',
  of: 1,
  settleBy: '2030-01-09T00:00:00.000Z',
  estimated: 10,
  quantity: null,
  ...overrides,
});

export const collected = (overrides: Overrides<DebtCollected>): DebtCollected => {
  const points = overrides.points ?? 10;
  return {
    ...ENVELOPE,
    type: 'DebtCollected',
    consumptionId: 'c1',
    of: 1,
    rechargeId: null,
    sourceType: 'tts',
    sourceId: null,
    label: '【配音合成】',
    points,
    draws: [{ batchId: 1, points }],
    duration: null,
    ...overrides,
  };
};

export const forgiven = (overrides: Overrides<DebtForgiven>): DebtForgiven => ({
  ...ENVELOPE,
  type: 'DebtForgiven',
  consumptionId: 'c1',
  of: 1,
  rechargeId: null,
  sourceType: 'tts',
  sourceId: null,
  points: 10,
  cause: 'refunded',
  reason: null,
  ...overrides,
});

export const reversed = (overrides: Overrides<RechargeReversed>): RechargeReversed => ({
  ...ENVELOPE,
  type: 'RechargeReversed',
  rechargeId: 'order-1',
  of: 0,
  batchId: 1,
  sourceId: null,
  points: 10,
  owed: 0,
  uncollected: 0,
  cause: 'chargeback',
  reason: null,
  ...overrides,
});

export const reinstated = (overrides: Overrides<RechargeReinstated>): RechargeReinstated => {
  const points = overrides.points ?? 10;
  return {
    ...ENVELOPE,
    type: 'RechargeReinstated',
    rechargeId: 'order-1',
    of: 0,
    sourceId: null,
    points,
    forgiven: 0,
    waived: 0,
    returns: [{ from: 1, into: 1, points, expiresAt: null }],
    reason: null,
    ...overrides,
  };
};
