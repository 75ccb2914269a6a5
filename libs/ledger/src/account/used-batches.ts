import type { AccountState } from './state.js';
import type { Return } from './events.js';
import { isDue } from '../support/time.js';

// A batch is used while it has points left, or while an open pre-deduction holds points of it. So who
// holds everything makes no room for more. Grace batches do not count.

export function countUsedBatches(state: Readonly<AccountState>): number {
  return state.batchesInUse + heldOnly(state).size;
}

/** The batches that only those returns would use. What comes back dead uses none. */
export function newlyUsedBatches(
  state: Readonly<AccountState>,
  returns: readonly Return[],
  at: string,
): number {
  const held = heldOnly(state);
  const used = new Set<number>();
  for (const { into, expiresAt } of returns) {
    // A batch that is not known yet is a grace batch.
    const isUnused =
      state.batches.get(into)?.isGrace === false &&
      state.remaining.get(into) === undefined &&
      !held.has(into);
    if (isUnused && !isDue(expiresAt, at)) used.add(into);
  }
  return used.size;
}

/** Batches without points left of which open pre-deductions hold some. */
function heldOnly(state: Readonly<AccountState>): ReadonlySet<number> {
  const held = new Set<number>();
  if (state.openDraws === 0) return held;
  for (const { draws } of state.openOrder) {
    for (const { batchId } of draws) {
      const isSpent = state.remaining.get(batchId) === undefined;
      if (isSpent && state.batches.get(batchId)?.isGrace === false) held.add(batchId);
    }
  }
  return held;
}
