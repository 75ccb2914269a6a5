import type { Batch, AccountState } from './state.js';
import { throwBrokenRule } from './broken-rule.js';
import type { Draw, Return } from './events.js';
import { isDue, midnightAtOrAfter } from '../support/time.js';

export function addBatch(
  state: AccountState,
  id: number,
  expiresAt: string | null,
  priority: number,
  isGrace: boolean,
): void {
  state.batches.set(id, { id, cameIn: state.batchesSeen++, expiresAt, priority, isGrace });
}

/** Returns points to the batch they came from, or to a grace batch, which is created if needed. */
export function returnPoints(state: AccountState, { from, into, points, expiresAt }: Return): void {
  const known = state.batches.get(into);
  if (!known) addGraceBatch(state, into, expiresAt);
  else if (into !== from && !known.isGrace)
    throwBrokenRule(state, `batch ${into} is not a grace batch`);
  else if (known.expiresAt !== expiresAt)
    throwBrokenRule(state, `batch ${into} expires at another time`);
  addPoints(state, into, points);
}

function addGraceBatch(state: AccountState, id: number, midnight: string | null): void {
  if (midnight === null || midnight <= state.at || midnightAtOrAfter(midnight) !== midnight) {
    throwBrokenRule(state, `batch ${id} is not known`);
  }
  if (state.graceBatches.get(midnight) !== undefined) {
    throwBrokenRule(state, `there is a grace batch of ${midnight}`);
  }
  addBatch(state, id, midnight, 0, true);
  state.graceBatches.set(midnight, id);
}

export function addPoints(state: AccountState, batchId: number, points: number): void {
  const batch = state.batches.get(batchId);
  if (!batch) throwBrokenRule(state, `batch ${batchId} is not known`);
  const had = state.remaining.get(batchId) ?? 0;
  setRemaining(state, batch, had, had + points);
  state.balance += points;
}

/** Takes what an event drew. */
export function drawAll(
  state: AccountState,
  event: { readonly at: string; readonly points: number; readonly draws: readonly Draw[] },
): void {
  let drawn = 0;
  for (const draw of event.draws) {
    drawPoints(state, draw, event.at);
    drawn += draw.points;
  }
  if (drawn !== event.points)
    throwBrokenRule(state, `draws of ${drawn} for ${event.points} points`);
}

function drawPoints(state: AccountState, draw: Draw, at: string): void {
  const batch = state.drawOrder.first;
  if (batch?.id !== draw.batchId) throwBrokenRule(state, `it is not batch ${draw.batchId}'s turn`);
  if (isDue(batch.expiresAt, at)) throwBrokenRule(state, `${batch.id} is not live`);
  const had = state.remaining.get(batch.id) ?? 0;
  const left = had - draw.points;
  if (left < 0) throwBrokenRule(state, `batch ${batch.id} had less than ${draw.points} points`);
  setRemaining(state, batch, had, left);
  state.balance -= draw.points;
}

export function setRemaining(state: AccountState, batch: Batch, had: number, left: number): void {
  const has = left > 0;
  if (has) state.remaining.set(batch.id, left);
  else state.remaining.delete(batch.id);
  if (had > 0 === has) return;
  if (!batch.isGrace) state.batchesInUse += has ? 1 : -1;
  if (has) {
    state.drawOrder.add(batch);
    if (batch.expiresAt !== null) state.expiryOrder.add(batch);
  } else {
    state.drawOrder.remove(batch);
    if (batch.expiresAt !== null) state.expiryOrder.remove(batch);
  }
}
