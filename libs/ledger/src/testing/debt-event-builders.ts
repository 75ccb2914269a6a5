import type { ReversalCause } from '../account/commands.js';
import type {
  DebtCollected,
  DebtForgiven,
  Draw,
  RechargeReinstated,
  RechargeReversed,
  Return,
} from '../account/events.js';
import { labelOf, sum, type EventBody, type WorkOptions } from './event-builders.js';

// Builders of the events of reversals and debts.

interface ReversedOptions {
  readonly rechargeId?: string;
  readonly sourceId?: string | null;
  readonly owed?: number;
  readonly uncollected?: number;
  readonly cause?: ReversalCause;
  readonly reason?: string | null;
}

export const reversed = (
  of: number,
  batchId: number,
  points: number,
  {
    rechargeId = 'order',
    sourceId = null,
    owed = 0,
    uncollected = 0,
    cause = 'mistake',
    reason = null,
  }: ReversedOptions = {},
): EventBody<RechargeReversed> => ({
  type: 'RechargeReversed',
  rechargeId,
  of,
  batchId,
  sourceId,
  points,
  owed,
  uncollected,
  cause,
  reason,
});

interface ReinstatedOptions {
  readonly rechargeId?: string;
  readonly sourceId?: string | null;
  readonly forgiven?: number;
  readonly waived?: number;
  readonly reason?: string | null;
}

export const reinstated = (
  of: number,
  returns: readonly Return[],
  {
    rechargeId = 'order',
    sourceId = null,
    forgiven = 0,
    waived = 0,
    reason = null,
  }: ReinstatedOptions = {},
): EventBody<RechargeReinstated> => ({
  type: 'RechargeReinstated',
  rechargeId,
  of,
  sourceId,
  points: sum(returns),
  forgiven,
  waived,
  returns,
  reason,
});

interface DebtOptions extends WorkOptions {
  /** Of a recharge that was reversed; by default the debt is for a consumption. */
  readonly rechargeId?: string;
  readonly duration?: number | null;
  readonly reason?: string | null;
}

const debtFields = (of: number, options: DebtOptions) => {
  const { rechargeId, sourceId = null, consumptionId = 'work', sourceType = 'script' } = options;
  return rechargeId === undefined
    ? { of, consumptionId, rechargeId: null, sourceType, sourceId }
    : { of, consumptionId: null, rechargeId, sourceType: null, sourceId };
};

export const collected = (
  of: number,
  draws: readonly Draw[],
  options: DebtOptions = {},
): EventBody<DebtCollected> => {
  const debt = debtFields(of, options);
  const label = debt.sourceType === null ? null : (options.label ?? labelOf(debt.sourceType));
  const { duration = null } = options;
  return { type: 'DebtCollected', ...debt, label, points: sum(draws), draws, duration };
};

export const forgiven = (
  of: number,
  points: number,
  options: DebtOptions = {},
): EventBody<DebtForgiven> => {
  const debt = debtFields(of, options);
  const cause = debt.rechargeId === null ? 'refunded' : 'reinstated';
  return { type: 'DebtForgiven', ...debt, points, cause, reason: options.reason ?? null };
};
