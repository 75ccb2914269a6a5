import type { AccountState, Consumption } from './state.js';
import { addBatch, addPoints, returnPoints, setRemaining, drawPoints } from './batches.js';
import { throwBrokenRule } from './broken-rule.js';
import { assertNever } from '../support/assert.js';
import type {
  ConsumptionSettled,
  Draw,
  LedgerEvent,
  PointsConsumed,
  PointsExpired,
  PointsRecharged,
  PointsRefunded,
} from './events.js';
import { BALANCE_MAX } from './limits.js';
import { isDue, later, epochMs } from '../support/time.js';

/** Applies an event that has already happened. An event that could not have happened throws BrokenRule. */
export function applyEvent(state: AccountState, event: LedgerEvent): void {
  state.revision += 1;
  if (event.at !== later(event.receivedAt, state.at)) {
    throwBrokenRule(
      state,
      `its time is neither when its command came nor that of the event before it`,
    );
  }
  if (event.at !== state.at) {
    state.at = event.at;
    state.atMs = epochMs(event.at);
  }
  applyByType(state, event);
  if (state.balance > BALANCE_MAX) throwBrokenRule(state, `a balance of ${state.balance}`);
  if (state.balance !== event.balanceAfter) {
    throwBrokenRule(
      state,
      `balanceAfter says ${event.balanceAfter}, the events before it ${state.balance}`,
    );
  }
}

function applyByType(state: AccountState, event: LedgerEvent): void {
  switch (event.type) {
    case 'PointsRecharged':
      return applyRecharge(state, event);
    case 'PointsConsumed':
      return applyConsumption(state, event);
    case 'ConsumptionSettled':
      return applySettlement(state, event);
    case 'PointsRefunded':
      return applyRefund(state, event);
    case 'PointsExpired':
      return applyExpiry(state, event);
    case 'CommandRefused':
      return;
    default:
      assertNever(event);
  }
}

function applyRecharge(state: AccountState, event: PointsRecharged): void {
  if (state.batches.get(event.batchId))
    throwBrokenRule(state, `batch ${event.batchId} came in before`);
  if (isDue(event.expiresAt, event.at))
    throwBrokenRule(state, `batch ${event.batchId} came in dead`);
  addBatch(state, event.batchId, event.expiresAt, event.priority, false);
  addPoints(state, event.batchId, event.points);
}

function applyConsumption(state: AccountState, event: PointsConsumed): void {
  let drawn = 0;
  for (const draw of event.draws) {
    drawPoints(state, draw, event.at);
    drawn += draw.points;
  }
  if (drawn !== event.points)
    throwBrokenRule(state, `draws of ${drawn} for ${event.points} points`);
  if (event.of === null) beginConsumption(state, event);
  else continueConsumption(state, event);
}

function beginConsumption(state: AccountState, event: PointsConsumed): void {
  const isOpen = event.settleBy !== null;
  if (isDue(event.settleBy, event.at)) throwBrokenRule(state, 'it was never open');
  if (state.consumptions.get(event.consumptionId)?.phase === 'open') {
    throwBrokenRule(state, `consumption ${event.consumptionId} is open and began again`);
  }
  const begun: Consumption = {
    of: state.revision,
    consumptionId: event.consumptionId,
    sourceType: event.sourceType,
    sourceId: event.sourceId,
    estimated: event.points,
    draws: event.draws,
    settleBy: event.settleBy,
    phase: isOpen ? 'open' : 'closed',
    closedAtMs: isOpen ? 0 : state.atMs,
    closing: isOpen ? 0 : ++state.closings,
  };
  state.consumptions.set(begun.consumptionId, begun);
  if (isOpen) {
    state.openOrder.add(begun);
    adjustHeld(state, begun, 1);
  }
}

function continueConsumption(state: AccountState, event: PointsConsumed): void {
  const before = requireConsumption(state, event);
  if (before.phase === 'closed') {
    throwBrokenRule(state, `consumption ${before.of} is closed and was charged again`);
  }
  requireNotTimedOut(state, before);
  requireSameSource(state, before, event);
  replaceConsumption(state, before, { ...before, draws: [...before.draws, ...event.draws] });
}

function applySettlement(state: AccountState, event: ConsumptionSettled): void {
  const before = requireConsumption(state, event);
  if (before.phase === 'closed')
    throwBrokenRule(state, `consumption ${event.of} was closed before`);
  requireNotTimedOut(state, before);
  if (event.estimated !== before.estimated) throwBrokenRule(state, 'it names another estimate');
  if (event.actual !== totalPoints(before.draws)) {
    throwBrokenRule(
      state,
      `it says ${event.actual} were spent, the draws ${totalPoints(before.draws)}`,
    );
  }
  closeConsumption(state, before, { ...before, phase: 'closed' });
}

function applyRefund(state: AccountState, event: PointsRefunded): void {
  const before = requireConsumption(state, event);
  requireSameSource(state, before, event);
  const draws = before.draws.slice();
  let returned = 0;
  for (const back of event.returns) {
    const last = draws.at(-1);
    if (last?.batchId !== back.from || last.points < back.points) {
      throwBrokenRule(state, `batch ${back.from} is not the draw whose turn it is to come back`);
    }
    if (last.points === back.points) draws.pop();
    else draws[draws.length - 1] = { batchId: last.batchId, points: last.points - back.points };
    returnPoints(state, back);
    returned += back.points;
  }
  if (returned !== event.points)
    throwBrokenRule(state, `returns of ${returned} for ${event.points} points`);
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
      if (event.cause === 'cancelled') requireNotTimedOut(state, before);
      else if (!isDue(before.settleBy, state.at))
        throwBrokenRule(state, 'it had not timed out yet');
      return closeConsumption(state, before, {
        ...after,
        phase: event.cause === 'timed_out' ? 'timed_out' : 'closed',
      });
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

function applyExpiry(state: AccountState, event: PointsExpired): void {
  const batch = state.batches.get(event.batchId);
  if (!batch || batch.expiresAt !== event.expiredAt || event.expiredAt > event.at) {
    throwBrokenRule(state, `batch ${event.batchId} was not due`);
  }
  if (state.remaining.get(batch.id) !== event.points) {
    throwBrokenRule(
      state,
      `batch ${batch.id} had ${state.remaining.get(batch.id) ?? 0} points left`,
    );
  }
  setRemaining(state, batch, 0);
  state.balance -= event.points;
}

function requireConsumption(
  state: AccountState,
  event: { readonly consumptionId: string; readonly of: number | null },
): Consumption {
  const found = state.consumptions.get(event.consumptionId);
  if (found?.of !== event.of)
    throwBrokenRule(state, `there is no consumption of revision ${event.of}`);
  return found;
}

function requireNotTimedOut(state: AccountState, { phase, settleBy, of }: Consumption): void {
  if (phase === 'open' && isDue(settleBy, state.at))
    throwBrokenRule(state, `consumption ${of} had timed out`);
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

/** Replaces a consumption by its changed form without closing it. */
function replaceConsumption(state: AccountState, before: Consumption, after: Consumption): void {
  state.consumptions.set(after.consumptionId, after);
  if (before.phase !== 'open') return;
  adjustHeld(state, before, -1);
  adjustHeld(state, after, 1);
}

function closeConsumption(state: AccountState, before: Consumption, after: Consumption): void {
  if (before.phase === 'open') {
    state.openOrder.remove(before);
    adjustHeld(state, before, -1);
  }
  const closing = ++state.closings;
  state.consumptions.set(after.consumptionId, { ...after, closedAtMs: state.atMs, closing });
}

function adjustHeld(state: AccountState, open: Consumption, sign: 1 | -1): void {
  state.held += sign * totalPoints(open.draws);
  state.openDraws += sign * open.draws.length;
}

export function totalPoints(draws: readonly Draw[]): number {
  let sum = 0;
  for (const draw of draws) sum += draw.points;
  return sum;
}
