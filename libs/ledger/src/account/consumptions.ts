import type { AccountState, Consumption } from './state.js';
import { throwBrokenRule } from './broken-rule.js';
import { totalPoints } from './slices.js';
import { isDue } from '../support/time.js';

/** The consumption that an event names; there must be one. */
export function requireConsumption(
  state: AccountState,
  event: { readonly consumptionId: string; readonly of: number | null },
): Consumption {
  const found = state.consumptions.get(event.consumptionId);
  if (found?.of !== event.of)
    throwBrokenRule(state, `there is no consumption of revision ${event.of}`);
  return found;
}

export function requireNotTimedOut(
  state: AccountState,
  { phase, settleBy, of }: Consumption,
): void {
  if (phase === 'open' && isDue(settleBy, state.at))
    throwBrokenRule(state, `consumption ${of} had timed out`);
}

/** Replaces a consumption by its changed form without closing it. */
export function replaceConsumption(
  state: AccountState,
  before: Consumption,
  after: Consumption,
): void {
  state.consumptions.set(after.consumptionId, after);
  if (before.phase !== 'open') return;
  adjustHeld(state, before, -1);
  adjustHeld(state, after, 1);
}

export function openConsumption(state: AccountState, open: Consumption): void {
  state.consumptions.set(open.consumptionId, open);
  state.openOrder.add(open);
  adjustHeld(state, open, 1);
}

/** Also of one that was closed before: whatever charges it late is a closing of its own. */
export function closeConsumption(
  state: AccountState,
  before: Consumption,
  after: Consumption,
): void {
  if (before.phase === 'open') {
    state.openOrder.remove(before);
    adjustHeld(state, before, -1);
  }
  const closed = { ...after, closedAtMs: state.atMs, closing: ++state.closings };
  state.consumptions.set(closed.consumptionId, closed);
  state.justClosed = closed;
}

function adjustHeld(state: AccountState, open: Consumption, sign: 1 | -1): void {
  state.held += sign * totalPoints(open.draws);
  state.openDraws += sign * open.draws.length;
}
