import type { AccountState, Debt } from './state.js';
import { drawAll } from './batches.js';
import { throwBrokenRule } from './broken-rule.js';
import { closeConsumption, requireConsumption } from './consumptions.js';
import { findDebt, reduceDebt } from './debts.js';
import type { DebtCollected, DebtForgiven } from './events.js';
import { requireRecharge } from './recharges.js';

/** What was collected counts as drawn, at the end of the list. */
export function applyCollection(state: AccountState, event: DebtCollected): void {
  const debt = requireDebt(state, event);
  if (state.debts[0] !== debt) throwBrokenRule(state, `the debt of ${event.of} is not the oldest`);
  if (event.label !== debt.label || event.duration !== debt.duration) {
    throwBrokenRule(state, `the debt of ${event.of} has another label or duration`);
  }
  drawAll(state, event);
  // Only the first row that pays it carries the duration.
  reduceDebt(state, debt, event.points, null);
  if (event.consumptionId === null) {
    const recharge = requireRecharge(state, event);
    const taken = [...recharge.taken, ...event.draws];
    state.recharges.set(recharge.batchId, { ...recharge, taken });
    return;
  }
  const { consumptionId, of } = event;
  const before = requireConsumption(state, { consumptionId, of });
  closeConsumption(state, before, { ...before, draws: [...before.draws, ...event.draws] });
}

export function applyForgiving(state: AccountState, event: DebtForgiven): void {
  const debt = requireDebt(state, event);
  if ((event.cause === 'refunded') !== (debt.consumptionId !== null)) {
    throwBrokenRule(state, `the debt of ${event.of} can't be ${event.cause}`);
  }
  reduceDebt(state, debt, event.points, debt.duration);
}

function requireDebt(state: AccountState, event: DebtCollected | DebtForgiven): Debt {
  const debt = findDebt(state, event.of);
  if (debt === undefined || debt.points < event.points) {
    throwBrokenRule(state, `${event.points} were not owed for ${event.of}`);
  }
  if (
    debt.consumptionId !== event.consumptionId ||
    debt.rechargeId !== event.rechargeId ||
    debt.sourceType !== event.sourceType ||
    debt.sourceId !== event.sourceId
  ) {
    throwBrokenRule(state, `the debt of ${event.of} is for something else`);
  }
  return debt;
}
