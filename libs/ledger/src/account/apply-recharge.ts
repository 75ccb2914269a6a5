import type { AccountState } from './state.js';
import { addBatch, addPoints, setRemaining } from './batches.js';
import { throwBrokenRule } from './broken-rule.js';
import { addDebt } from './debts.js';
import type { PointsRecharged, RechargeReinstated, RechargeReversed } from './events.js';
import { addRecharge, owablePoints, requireRecharge, reversedPoints } from './recharges.js';
import { applyReturns } from './slices.js';
import { isDue } from '../support/time.js';

export function applyRecharge(state: AccountState, event: PointsRecharged): void {
  const { batchId, points, rechargeId, sourceId } = event;
  if (state.batches.get(batchId)) throwBrokenRule(state, `batch ${batchId} came in before`);
  if (isDue(event.expiresAt, event.at)) throwBrokenRule(state, `batch ${batchId} came in dead`);
  addBatch(state, batchId, event.expiresAt, event.priority, false);
  addPoints(state, batchId, points);
  if (!state.tracksRecharges) return;
  addRecharge(state, {
    of: state.revision,
    rechargeId,
    batchId,
    sourceId,
    points,
    arrival: state.rechargesSeen++,
    expired: 0,
    taken: [],
    uncollected: 0,
  });
}

export function applyReversal(state: AccountState, event: RechargeReversed): void {
  const recharge = requireRecharge(state, event);
  const batch = state.batches.get(recharge.batchId);
  const { batchId, points, owed, uncollected } = event;
  if (batch === undefined || batchId !== batch.id || event.sourceId !== recharge.sourceId) {
    throwBrokenRule(state, `recharge ${event.of} has another batch or order`);
  }
  if (points + owed + uncollected > recharge.points - reversedPoints(state, recharge)) {
    throwBrokenRule(state, `more of recharge ${event.of} was reversed than came in`);
  }
  const had = state.remaining.get(batch.id) ?? 0;
  const left = had - points;
  if (left < 0) throwBrokenRule(state, `batch ${batch.id} had less than ${points} points`);
  if (owed > 0 && points + owed > owablePoints(state, recharge)) {
    throwBrokenRule(state, `what expired of recharge ${event.of} became a debt`);
  }
  if (points > 0) {
    setRemaining(state, batch, had, left);
    state.balance -= points;
  }
  state.recharges.set(batch.id, {
    ...recharge,
    taken: points > 0 ? [...recharge.taken, { batchId, points }] : recharge.taken,
    uncollected: recharge.uncollected + uncollected,
  });
  if (owed > 0) {
    const { of, rechargeId, sourceId } = recharge;
    const consumption = { consumptionId: null, sourceType: null, label: null, duration: null };
    addDebt(state, { of, rechargeId, sourceId, points: owed, ...consumption });
  }
}

/** The DebtForgiven before it has already changed the debt. */
export function applyReinstatement(state: AccountState, event: RechargeReinstated): void {
  const recharge = requireRecharge(state, event);
  if (event.sourceId !== recharge.sourceId) {
    throwBrokenRule(state, `recharge ${event.of} was for another order`);
  }
  const uncollected = recharge.uncollected - event.waived;
  if (uncollected < 0) throwBrokenRule(state, `${event.waived} were not uncollected`);
  const taken = applyReturns(state, recharge.taken, event);
  state.recharges.set(recharge.batchId, { ...recharge, taken, uncollected });
}
