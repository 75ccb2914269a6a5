import type { ReinstateRecharge, ReverseRecharge } from './commands.js';
import { debtPoints } from './debts.js';
import { recordForgiven } from './forgive.js';
import type { PendingEvents } from './pending-events.js';
import { findRecharge, owablePoints, reversedPoints } from './recharges.js';
import { placeReturns } from './refund-placement.js';
import { expireReturnedBatches } from './refunds.js';
import type { Refusal } from './refusals.js';
import { totalPoints, unwindDraws } from './slices.js';
import { BALANCE_MAX } from '../settings/limits.js';

/** Takes points of a recharge back out of its batch and no other. The rest is owed, or nobody's. */
export function reverse(pending: PendingEvents, command: ReverseRecharge): Refusal | null {
  const { rechargeId, cause, shortfall, reason } = command;
  const { state } = pending;
  const recharge = findRecharge(state, rechargeId, pending.policy);
  if (!recharge) return { code: 'UnknownRecharge', details: { rechargeId } };
  const reversible = recharge.points - reversedPoints(state, recharge);
  const asked = command.points ?? reversible;
  if (reversible === 0) return { code: 'NothingToReverse', details: { rechargeId } };
  if (asked > reversible)
    return { code: 'ReversalExceedsRecharge', details: { reversible, asked } };
  const { of, batchId, sourceId } = recharge;
  const points = Math.min(asked, state.remaining.get(batchId) ?? 0);
  const missing = asked - points;
  const owable = Math.min(missing, Math.max(0, owablePoints(state, recharge) - points));
  const owed = shortfall === 'owe' ? pending.rules.owable(owable, of, state) : 0;
  pending.record(
    {
      type: 'RechargeReversed',
      rechargeId,
      of,
      batchId,
      sourceId,
      points,
      owed,
      uncollected: missing - owed,
      cause,
      reason,
    },
    -points,
    owed,
  );
  return null;
}

/** Undoes reversals: first what was uncollected, then what is owed, then what was taken. */
export function reinstate(pending: PendingEvents, command: ReinstateRecharge): Refusal | null {
  const { rechargeId, reason } = command;
  const { state } = pending;
  const recharge = findRecharge(state, rechargeId, pending.policy);
  if (!recharge) return { code: 'UnknownRecharge', details: { rechargeId } };
  const reversed = reversedPoints(state, recharge);
  const asked = command.points ?? reversed;
  if (reversed === 0) return { code: 'NothingToReinstate', details: { rechargeId } };
  if (asked > reversed) {
    return { code: 'ReinstatementExceedsReversal', details: { reversed, asked } };
  }
  const { of, sourceId } = recharge;
  const waived = Math.min(asked, recharge.uncollected);
  const forgiven = Math.min(asked - waived, debtPoints(state, of));
  const points = asked - waived - forgiven;
  const { balance, held } = state;
  if (balance + held + points > BALANCE_MAX) {
    return { code: 'BalanceLimit', details: { balance, held, asked: points } };
  }
  const revision = pending.nextRevision + (forgiven > 0 ? 1 : 0);
  const slices = unwindDraws(recharge.taken, points);
  const returns = placeReturns(pending, slices, 'reinstated', revision);
  const before = waived + forgiven;
  const refusal = pending.rules.comingBackRefusal(pending, { returns, before });
  if (refusal !== null) return refusal;
  recordForgiven(pending, of, { points: forgiven, cause: 'reinstated', reason });
  const moved = totalPoints(returns);
  pending.record(
    {
      type: 'RechargeReinstated',
      rechargeId,
      of,
      sourceId,
      points: moved,
      forgiven,
      waived,
      returns,
      reason,
    },
    moved,
  );
  expireReturnedBatches(pending, returns);
  return null;
}
