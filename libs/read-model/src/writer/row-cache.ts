import type { LoadedRowsByUser, LoadedRows } from '../fold/loaded-rows.js';

/** Of all tables and both generations together: some tens of megabytes. */
const ROWS_MAX = 100_000;

/**
 * Rows as the writer last made them, by user. Good for as long as nobody else moves the checkpoint:
 * the compare-and-swap that begins each batch is the check.
 */
export class RowCache {
  /** Touched since the last change of generations; the others before it. Then those are forgotten. */
  #young = new Map<string, CachedRows>();
  #old = new Map<string, CachedRows>();
  #youngRows = 0;

  get(userId: string): LoadedRows | undefined {
    return (this.#young.get(userId) ?? this.#old.get(userId))?.rows;
  }

  put(touched: LoadedRowsByUser): void {
    for (const [userId, rows] of touched) {
      dropFinishedRows(rows);
      const count = 1 + rows.batches.size + rows.consumptions.size;
      const kept = this.#young.get(userId);
      this.#youngRows += count - (kept?.count ?? 0);
      if (kept === undefined) this.#young.set(userId, { rows, count });
      else kept.count = count;
    }
    if (this.#youngRows <= ROWS_MAX / 2) return;
    this.#old = this.#young;
    this.#young = new Map();
    this.#youngRows = 0;
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
    this.#youngRows = 0;
  }
}

interface CachedRows {
  readonly rows: LoadedRows;
  count: number;
}

/** Only a refund asks for it again, rarely: it is read from the table then. */
function dropFinishedRows({ batches, consumptions }: LoadedRows): void {
  batches.forEach(({ remaining }, id) => {
    if (remaining === 0) batches.delete(id);
  });
  consumptions.forEach(({ status }, of) => {
    if (status !== 'open') consumptions.delete(of);
  });
}
