import type { TouchedRows, UserRows } from '../tables.js';

/** Of all tables together: some tens of megabytes. */
const ROWS_MAX = 100_000;

/**
 * Rows as the writer last wrote them, by user. Good for as long as nobody else moves the
 * checkpoint: the compare-and-swap that begins each batch is the check.
 */
export class RowCache {
  /** Users that were not touched for longest come first. */
  readonly #users = new Map<string, { readonly rows: UserRows; readonly size: number }>();
  #size = 0;

  get(userId: string): UserRows | undefined {
    return this.#users.get(userId)?.rows;
  }

  /** After a commit. */
  keep(touched: TouchedRows): void {
    for (const [userId, rows] of touched) {
      this.#drop(userId);
      forgetWhatIsOver(rows);
      const size = 1 + rows.batches.size + rows.consumptions.size;
      this.#users.set(userId, { rows, size });
      this.#size += size;
    }
    for (const userId of this.#users.keys()) {
      if (this.#size <= ROWS_MAX) return;
      this.#drop(userId);
    }
  }

  clear(): void {
    this.#users.clear();
    this.#size = 0;
  }

  #drop(userId: string): void {
    this.#size -= this.#users.get(userId)?.size ?? 0;
    this.#users.delete(userId);
  }
}

/** Only a refund asks for it again, rarely: it is read from the table then. */
function forgetWhatIsOver({ batches, consumptions }: UserRows): void {
  for (const [id, batch] of batches) if (batch.remaining === 0) batches.delete(id);
  for (const [of, { status }] of consumptions) if (status !== 'open') consumptions.delete(of);
}
