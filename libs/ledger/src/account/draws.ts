import type { Books } from './state.js';
import type { Draw } from './events.js';

/** Who pays: lower priority first, then sooner expiry, then what came in first. The balance covers it. */
export function planDraws(books: Readonly<Books>, points: number): Draw[] {
  const draws: Draw[] = [];
  let open = points;
  for (const batch of books.drawOrder) {
    if (open === 0) break;
    const drawn = Math.min(open, books.remaining.get(batch.id) ?? 0);
    draws.push({ batchId: batch.id, points: drawn });
    open -= drawn;
  }
  return draws;
}
