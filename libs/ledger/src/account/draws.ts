import type { AccountState } from './state.js';
import type { Draw } from './events.js';

/** Who pays: lower priority first, then sooner expiry, then what came in first. The balance covers it. */
export function planDraws(state: Readonly<AccountState>, points: number): Draw[] {
  const draws: Draw[] = [];
  let open = points;
  for (const batch of state.drawOrder) {
    if (open === 0) break;
    const drawn = Math.min(open, state.remaining.get(batch.id) ?? 0);
    draws.push({ batchId: batch.id, points: drawn });
    open -= drawn;
  }
  return draws;
}
