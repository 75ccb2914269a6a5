import type { PendingEvents } from './pending-events.js';
import { planDraws } from './draws.js';
import { invariant } from '../support/assert.js';

/** Who owes pays first: the oldest debt, out of the batches whose turn it is. */
export function collectDebts(pending: PendingEvents): void {
  while (pending.owed > 0 && pending.balance > 0) {
    const [debt] = pending.state.debts;
    invariant(debt !== undefined, 'what is owed is the sum of the debts');
    const points = Math.min(debt.points, pending.balance);
    pending.record(
      {
        type: 'DebtCollected',
        consumptionId: debt.consumptionId,
        of: debt.of,
        rechargeId: debt.rechargeId,
        sourceType: debt.sourceType,
        sourceId: debt.sourceId,
        label: debt.label,
        points,
        draws: planDraws(pending.state, points),
        duration: debt.duration,
      },
      -points,
      -points,
    );
  }
}
