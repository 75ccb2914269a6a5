import type { AccountRow, BatchRow, ConsumptionRow, TouchedRows } from '../tables.js';

/** Rows of each table that are kept at hand: some tens of megabytes in all. */
const ROWS_MAX = 50_000;

/**
 * Rows as the writer last wrote them. Good for as long as nobody else moves the checkpoint: the
 * compare-and-swap that begins each batch is the check.
 */
export class RowCache {
  readonly accounts = new Recent<AccountRow>();
  readonly batches = new Recent<BatchRow>();
  readonly consumptions = new Recent<ConsumptionRow>();

  /** After a commit. */
  keep(touched: TouchedRows): void {
    for (const [key, row] of touched.accounts) this.accounts.keep(key, row);
    for (const [key, row] of touched.batches) this.batches.keep(key, row);
    for (const [key, row] of touched.consumptions) {
      // What is closed is asked for only by a refund, rarely.
      if (row.status === 'open') this.consumptions.keep(key, row);
      else this.consumptions.drop(key);
    }
  }

  clear(): void {
    this.accounts.clear();
    this.batches.clear();
    this.consumptions.clear();
  }
}

class Recent<T> {
  /** Oldest first. */
  readonly #rows = new Map<string, T>();

  get(key: string): T | undefined {
    return this.#rows.get(key);
  }

  keep(key: string, row: T): void {
    this.#rows.delete(key);
    this.#rows.set(key, row);
    if (this.#rows.size <= ROWS_MAX) return;
    for (const oldest of this.#rows.keys()) {
      this.#rows.delete(oldest);
      return;
    }
  }

  drop(key: string): void {
    this.#rows.delete(key);
  }

  clear(): void {
    this.#rows.clear();
  }
}
