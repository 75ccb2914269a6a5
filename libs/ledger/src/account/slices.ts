import type { AccountState } from './state.js';
import { returnPoints } from './batches.js';
import { throwBrokenRule } from './broken-rule.js';
import type { Draw, Return } from './events.js';
import { invariant } from '../support/assert.js';

// Points that were drawn form a list in the order of the draws. They come back from its end.

export function totalPoints(slices: readonly { readonly points: number }[]): number {
  let sum = 0;
  for (const { points } of slices) sum += points;
  return sum;
}

/** The slices that make up the last of the points, last draw first. */
export function unwindDraws(draws: readonly Draw[], points: number): Draw[] {
  const unwound: Draw[] = [];
  let missing = points;
  for (let index = draws.length - 1; index >= 0 && missing > 0; index--) {
    const { batchId, points: drawn } = draws[index] as Draw;
    const returned = Math.min(missing, drawn);
    unwound.push({ batchId, points: returned });
    missing -= returned;
  }
  invariant(missing === 0, 'no more comes back than was drawn');
  return unwound;
}

/** Applies returns that came back from those draws, and gives the draws that are left. */
export function applyReturns(
  state: AccountState,
  before: readonly Draw[],
  event: { readonly points: number; readonly returns: readonly Return[] },
): readonly Draw[] {
  const draws = before.slice();
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
  if (returned !== event.points) {
    throwBrokenRule(state, `returns of ${returned} for ${event.points} points`);
  }
  return draws;
}
