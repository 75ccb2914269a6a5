import type { DebtForgiven } from './events.js';
import { findDebt } from './debts.js';
import type { PendingEvents } from './pending-events.js';
import { invariant } from '../support/assert.js';

/** Records that so much of the debt of a consumption or recharge needn't be paid any more. */
export function recordForgiven(
  pending: PendingEvents,
  of: number,
  { points, cause, reason }: Pick<DebtForgiven, 'points' | 'cause' | 'reason'>,
): void {
  if (points === 0) return;
  const debt = findDebt(pending.state, of);
  invariant(debt !== undefined, 'only a debt is forgiven');
  const { consumptionId, rechargeId, sourceType, sourceId } = debt;
  pending.record(
    {
      type: 'DebtForgiven',
      consumptionId,
      of,
      rechargeId,
      sourceType,
      sourceId,
      points,
      cause,
      reason,
    },
    0,
    -points,
  );
}
