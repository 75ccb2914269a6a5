import { GenerationalCache } from '#async';

import type { LoadedRows, LoadedRowsByUser } from '../fold/loaded-rows.js';

/** Rows of all tables together: some tens of megabytes. */
const ROWS_MAX = 100_000;

/**
 * The rows of users as the writer last wrote them. They are right as long as no other writer moves the
 * checkpoint, which the compare-and-swap at the beginning of each write batch checks.
 */
export class RowCache {
  readonly #users: GenerationalCache<string, LoadedRows>;

  constructor(rowsMax = ROWS_MAX) {
    this.#users = new GenerationalCache({ weightMax: rowsMax }, rowCountOf);
  }

  get(userId: string): LoadedRows | undefined {
    return this.#users.get(userId);
  }

  put(loaded: LoadedRowsByUser): void {
    for (const [userId, rows] of loaded) {
      dropFinishedRows(rows);
      this.#users.set(userId, rows);
    }
  }

  clear(): void {
    this.#users.clear();
  }
}

const rowCountOf = ({ batches, consumptions, recharges }: LoadedRows): number =>
  1 + batches.size + consumptions.size + recharges.size;

/** Only a refund or a reversal needs such a row again. That is rare, and reads it from the table. */
function dropFinishedRows({ batches, consumptions, recharges, legacy }: LoadedRows): void {
  legacy.clear();
  recharges.clear();
  for (const [id, { remaining }] of batches) if (remaining === 0) batches.delete(id);
  for (const [revision, { status }] of consumptions) {
    if (status !== 'open') consumptions.delete(revision);
  }
}
