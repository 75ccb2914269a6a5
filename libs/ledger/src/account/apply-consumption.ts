import type { AccountState, Consumption, Hold } from './state.js';
import { drawAll } from './batches.js';
import { throwBrokenRule } from './broken-rule.js';
import {
  closeConsumption,
  openConsumption,
  replaceConsumption,
  requireConsumption,
  requireNotTimedOut,
} from './consumptions.js';
import { addDebt } from './debts.js';
import type {
  ConsumptionExtended,
  ConsumptionSettled,
  PointsConsumed,
  PointsRefunded,
} from './events.js';
import { HOLD_DAYS_MAX } from '../settings/limits.js';
import { applyReturns, totalPoints } from './slices.js';
import { assertNever } from '../support/assert.js';
import { daysToMs, epochMs, isDue } from '../support/time.js';

export function applyConsumption(state: AccountState, event: PointsConsumed): void {
  drawAll(state, event);
  if (event.of === null) beginConsumption(state, event);
  else continueConsumption(state, event);
}

function beginConsumption(state: AccountState, event: PointsConsumed): void {
  if (isDue(event.settleBy, event.at)) throwBrokenRule(state, 'it was never open');
  if (state.consumptions.get(event.consumptionId)?.phase === 'open') {
    throwBrokenRule(state, `consumption ${event.consumptionId} is open and began again`);
  }
  const isOpen = event.settleBy !== null;
  const begun: Consumption = {
    of: state.revision,
    consumptionId: event.consumptionId,
    sourceType: event.sourceType,
    sourceId: event.sourceId,
    label: event.label,
    estimated: event.points,
    draws: event.draws,
    settleBy: event.settleBy,
    phase: isOpen ? 'open' : 'closed',
    closedAtMs: isOpen ? 0 : state.atMs,
    closing: isOpen ? 0 : ++state.closings,
    hold: isOpen ? holdOf(state, event) : null,
  };
  if (isOpen) return openConsumption(state, begun);
  state.consumptions.set(begun.consumptionId, begun);
  state.justClosed = begun;
}

const holdOf = (state: AccountState, event: PointsConsumed): Hold => ({
  begunAtMs: state.atMs,
  price: event.price,
  quantity: event.quantity,
  overrun: event.overrun,
  onTimeout: event.onTimeout ?? 'return',
});

/** A settlement charges more, or an extension holds more. */
function continueConsumption(state: AccountState, event: PointsConsumed): void {
  const before = requireConsumption(state, event);
  if (before.phase === 'closed') {
    throwBrokenRule(state, `consumption ${before.of} is closed and was charged again`);
  }
  if (event.settleBy !== null && before.phase !== 'open') {
    throwBrokenRule(state, `consumption ${before.of} timed out and was extended`);
  }
  requireNotTimedOut(state, before);
  requireSameSource(state, before, event);
  replaceConsumption(state, before, { ...before, draws: [...before.draws, ...event.draws] });
}

export function applyExtension(state: AccountState, event: ConsumptionExtended): void {
  const before = requireConsumption(state, event);
  const { hold, phase, settleBy } = before;
  if (phase !== 'open' || hold === null || settleBy === null) {
    throwBrokenRule(state, `consumption ${event.of} is not open and was extended`);
  }
  requireNotTimedOut(state, before);
  if (event.settleBy < settleBy || isDue(event.settleBy, event.at)) {
    throwBrokenRule(state, `consumption ${event.of} was open until ${settleBy}`);
  }
  // One that was opened with the account may have been open for that long already.
  const isLonger = event.settleBy !== settleBy;
  if (isLonger && epochMs(event.settleBy) > hold.begunAtMs + daysToMs(HOLD_DAYS_MAX)) {
    throwBrokenRule(state, `consumption ${event.of} would be open for too long`);
  }
  if (event.estimated !== totalPoints(before.draws)) {
    throwBrokenRule(state, `it says ${event.estimated} are held, the draws otherwise`);
  }
  state.openOrder.remove(before);
  const after: Consumption = {
    ...before,
    estimated: event.estimated,
    settleBy: event.settleBy,
    hold: { ...hold, quantity: event.quantity },
  };
  state.openOrder.add(after);
  state.consumptions.set(after.consumptionId, after);
}

export function applySettlement(state: AccountState, event: ConsumptionSettled): void {
  const before = requireConsumption(state, event);
  if (before.phase === 'closed')
    throwBrokenRule(state, `consumption ${event.of} was closed before`);
  if (event.cause === 'settled') requireNotTimedOut(state, before);
  else requireChargedWhenDue(state, before);
  if (event.estimated !== before.estimated) throwBrokenRule(state, 'it names another estimate');
  const { actual, charged, owed, uncollected } = event;
  const drawn = totalPoints(before.draws);
  if (charged !== drawn) {
    throwBrokenRule(state, `it says ${charged} were spent, the draws ${drawn}`);
  }
  if (charged + owed + uncollected !== actual) {
    throwBrokenRule(state, `its parts don't add up to ${actual}`);
  }
  closeConsumption(state, before, { ...before, phase: 'closed', hold: null });
  if (owed > 0) addDebt(state, debtOf(before, event));
}

function requireChargedWhenDue(state: AccountState, { phase, hold, settleBy }: Consumption): void {
  if (phase !== 'open' || !isDue(settleBy, state.at)) {
    throwBrokenRule(state, 'it had not timed out yet');
  }
  if (hold?.onTimeout !== 'charge') throwBrokenRule(state, 'its time-out returns the points');
}

function debtOf(
  consumption: Consumption,
  event: ConsumptionSettled,
): Parameters<typeof addDebt>[1] {
  const { of, consumptionId, sourceType, sourceId, label } = consumption;
  return {
    of,
    consumptionId,
    rechargeId: null,
    sourceType,
    sourceId,
    label,
    points: event.owed,
    // A late settlement that charged nothing has no row for the duration: the debt keeps it.
    duration: event.durationOf === null ? event.duration : null,
  };
}

export function applyRefund(state: AccountState, event: PointsRefunded): void {
  const before = requireConsumption(state, event);
  requireSameSource(state, before, event);
  const draws = applyReturns(state, before.draws, event);
  finishRefund(state, event, before, { ...before, draws });
}

function finishRefund(
  state: AccountState,
  event: PointsRefunded,
  before: Consumption,
  after: Consumption,
): void {
  switch (event.cause) {
    case 'cancelled':
    case 'timed_out':
      if (before.phase !== 'open' || after.draws.length > 0) {
        throwBrokenRule(state, `${event.cause} is for an open pre-deduction, in full`);
      }
      if (event.cause === 'cancelled') {
        requireNotTimedOut(state, before);
        return closeConsumption(state, before, { ...after, phase: 'closed', hold: null });
      }
      if (!isDue(before.settleBy, state.at)) throwBrokenRule(state, 'it had not timed out yet');
      if (before.hold?.onTimeout === 'charge') {
        throwBrokenRule(state, 'its time-out charges the points');
      }
      return closeConsumption(state, before, { ...after, phase: 'timed_out' });
    case 'overestimated':
      if (before.phase !== 'open')
        throwBrokenRule(state, 'overestimated is for an open pre-deduction');
      requireNotTimedOut(state, before);
      return replaceConsumption(state, before, after);
    case 'refunded':
      if (before.phase !== 'closed') throwBrokenRule(state, 'refunded is for a closed consumption');
      return replaceConsumption(state, before, after);
    default:
      assertNever(event.cause);
  }
}

function requireSameSource(
  state: AccountState,
  before: Consumption,
  event: PointsConsumed | PointsRefunded,
): void {
  if (before.sourceType !== event.sourceType || before.sourceId !== event.sourceId) {
    throwBrokenRule(state, `consumption ${before.of} was for another business or source`);
  }
}
