import type { AccountState } from './state.js';
import type { Draw } from './events.js';

/**
 * The batches that pay: lower priority number first, then sooner expiry, then earlier arrival. The
 * caller has checked that the balance covers the points.
 */
export function planDraws(state: Readonly<AccountState>, points: number): Draw[] {
  const draws: Draw[] = [];
  let missing = points;
  for (const batch of state.drawOrder) {
    if (missing === 0) break;
    const drawn = Math.min(missing, state.remaining.get(batch.id) ?? 0);
    draws.push({ batchId: batch.id, points: drawn });
    missing -= drawn;
  }
  return draws;
}
