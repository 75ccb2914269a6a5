import type { Folded } from '../fold.js';
import { userOf, type ReadBatch } from '../projected-event.js';
import {
  keyOf,
  type AccountRow,
  type BatchRow,
  type ConsumptionRow,
  type NumberedTransaction,
  type TouchedRows,
} from '../tables.js';

/** The rows of all four tables. What is handed out are copies. */
export class MemoryRows {
  readonly #accounts = new Map<string, AccountRow>();
  readonly #batches = new Map<string, BatchRow>();
  readonly #consumptions = new Map<string, ConsumptionRow>();
  readonly #transactions: NumberedTransaction[] = [];
  readonly #ofUser = new Map<string, number[]>();

  touched({ fresh, repeated }: ReadBatch): TouchedRows {
    const rows: TouchedRows = { accounts: new Map(), batches: new Map(), consumptions: new Map() };
    for (const { rows: change } of fresh) {
      const user = change.account.user_id;
      copy(this.#accounts, rows.accounts, user);
      for (const { batch_id } of change.batches) {
        copy(this.#batches, rows.batches, keyOf(user, batch_id));
      }
      if (change.consumption !== null) {
        copy(this.#consumptions, rows.consumptions, keyOf(user, change.consumption.of));
      }
    }
    for (const { stream } of repeated) copy(this.#accounts, rows.accounts, userOf(stream) ?? '');
    return rows;
  }

  write(folded: Folded, touched: TouchedRows): void {
    for (const row of folded.transactions) {
      this.#transactions[row.id - 1] = row;
      const ids = this.#ofUser.get(row.user_id);
      if (ids === undefined) this.#ofUser.set(row.user_id, [row.id]);
      else ids.push(row.id);
    }
    for (const { id, duration, updated_at } of folded.durations) {
      const row = this.#transactions[id - 1];
      if (row !== undefined) this.#transactions[id - 1] = { ...row, duration, updated_at };
    }
    for (const [key, row] of touched.accounts) this.#accounts.set(key, row);
    for (const [key, row] of touched.batches) this.#batches.set(key, row);
    for (const [key, row] of touched.consumptions) this.#consumptions.set(key, row);
  }

  /** Oldest first. */
  transactionsOf(userId: string): readonly NumberedTransaction[] {
    return (this.#ofUser.get(userId) ?? []).flatMap((id) => this.#transactions[id - 1] ?? []);
  }

  account(userId: string): AccountRow | null {
    const row = this.#accounts.get(userId);
    return row === undefined ? null : { ...row };
  }

  batches(): readonly BatchRow[] {
    return [...this.#batches.values()].map((row) => ({ ...row }));
  }

  consumption(userId: string, revision: number): ConsumptionRow | null {
    const row = this.#consumptions.get(keyOf(userId, revision));
    return row === undefined ? null : { ...row };
  }

  openConsumptions(): readonly ConsumptionRow[] {
    return [...this.#consumptions.values()].filter((row) => row.status === 'open');
  }
}

function copy<T extends object>(from: Map<string, T>, to: Map<string, T>, key: string): void {
  const row = from.get(key);
  if (row !== undefined && !to.has(key)) to.set(key, { ...row });
}
