import type { AccountState, Consumption } from './state.js';
import { addBatch, addPoints } from './batches.js';
import { openConsumption } from './consumptions.js';
import { addRecharge } from './recharges.js';
import { totalPoints } from './slices.js';
import { epochMs } from '../support/time.js';
import {
  firstOpeningNumber,
  type AccountOpened,
  type ClosedAtOpening,
  type OpenAtOpening,
  type OpeningBatch,
} from './import-events.js';

/** Brings in what the account had in the old service. The event was checked before. */
export function openAccount(state: AccountState, event: AccountOpened): void {
  let of = firstOpeningNumber(event);
  for (const batch of event.batches) openBatch(state, batch, of++);
  for (const closed of event.closed) openClosed(state, closed, of++);
  for (const open of event.open) openHeld(state, open, of++);
}

/** Points of a batch that is overdue expire with the first command. */
function openBatch(state: AccountState, batch: OpeningBatch, of: number): void {
  const { batchId, remaining, expiresAt, priority, rechargeId, sourceId, points, expired } = batch;
  addBatch(state, batchId, expiresAt, priority, false);
  if (remaining > 0) addPoints(state, batchId, remaining);
  if (rechargeId === null || !state.tracksRecharges) return;
  const arrival = state.rechargesSeen++;
  const undone = { taken: [], uncollected: 0 };
  addRecharge(state, { of, rechargeId, batchId, sourceId, points, arrival, expired, ...undone });
}

function openClosed(state: AccountState, closed: ClosedAtOpening, of: number): void {
  state.consumptions.set(closed.consumptionId, {
    ...consumptionOf(closed, of),
    settleBy: null,
    phase: 'closed',
    closedAtMs: epochMs(closed.settledAt),
    closing: ++state.closings,
    hold: null,
  });
}

/** As one that rules 1 began: without a price, and the policy says what an overrun becomes. */
function openHeld(state: AccountState, open: OpenAtOpening, of: number): void {
  const begunAtMs = epochMs(open.at);
  openConsumption(state, {
    ...consumptionOf(open, of),
    settleBy: open.settleBy,
    phase: 'open',
    closedAtMs: 0,
    closing: 0,
    hold: { begunAtMs, price: null, quantity: null, overrun: null, onTimeout: 'return' },
  });
}

const consumptionOf = (
  { consumptionId, sourceType, sourceId, label, draws }: ClosedAtOpening | OpenAtOpening,
  of: number,
): Pick<
  Consumption,
  'of' | 'consumptionId' | 'sourceType' | 'sourceId' | 'label' | 'estimated' | 'draws'
> => ({
  of,
  consumptionId,
  sourceType,
  sourceId,
  label,
  estimated: totalPoints(draws),
  draws,
});
