import type { Folded } from '../fold.js';
import type { ReadBatch } from '../projected-event.js';
import { userOf } from '../user-of.js';
import {
  noRows,
  type AccountRow,
  type BatchRow,
  type ConsumptionRow,
  type NumberedTransaction,
  type TouchedRows,
  type UserRows,
} from '../tables.js';

/** The rows of all four tables. What is handed out are copies. */
export class MemoryRows {
  readonly #users = new Map<string, UserRows>();
  readonly #transactions: NumberedTransaction[] = [];
  readonly #ofUser = new Map<string, number[]>();

  touched({ fresh, parkings, repeated }: ReadBatch): TouchedRows {
    const touched = new Map<string, UserRows>();
    for (const { parking } of parkings) this.#touch(touched, parking.userId);
    for (const { rows } of fresh) {
      const own = this.#touch(touched, rows.account.user_id);
      const all = this.#users.get(rows.account.user_id) ?? noRows();
      for (const { batch_id } of rows.batches) copy(all.batches, own.batches, batch_id);
      if (rows.consumption !== null) {
        copy(all.consumptions, own.consumptions, rows.consumption.of);
      }
    }
    for (const { stream } of repeated) this.#touch(touched, userOf(stream) ?? '');
    return touched;
  }

  write(folded: Folded, touched: TouchedRows): void {
    for (const [index, row] of folded.transactions.entries()) {
      const id = folded.firstId + index;
      this.#transactions[id - 1] = { ...row, id };
      const ids = this.#ofUser.get(row.user_id);
      if (ids === undefined) this.#ofUser.set(row.user_id, [id]);
      else ids.push(id);
    }
    for (const { id, duration, updated_at } of folded.durations) {
      const row = this.#transactions[id - 1];
      if (row !== undefined) this.#transactions[id - 1] = { ...row, duration, updated_at };
    }
    for (const [userId, rows] of touched) {
      const all = this.#users.get(userId) ?? noRows();
      all.account = rows.account;
      for (const [id, batch] of rows.batches) all.batches.set(id, batch);
      for (const [of, consumption] of rows.consumptions) all.consumptions.set(of, consumption);
      if (all.account !== null) this.#users.set(userId, all);
    }
  }

  /** Oldest first. */
  transactionsOf(userId: string): readonly NumberedTransaction[] {
    return (this.#ofUser.get(userId) ?? []).flatMap((id) => this.#transactions[id - 1] ?? []);
  }

  account(userId: string): AccountRow | null {
    const row = this.#users.get(userId)?.account ?? null;
    return row === null ? null : { ...row };
  }

  batches(): readonly BatchRow[] {
    const users = [...this.#users.values()];
    return users.flatMap(({ batches }) => [...batches.values()].map((row) => ({ ...row })));
  }

  consumption(userId: string, revision: number): ConsumptionRow | null {
    const row = this.#users.get(userId)?.consumptions.get(revision);
    return row === undefined ? null : { ...row };
  }

  openConsumptions(): readonly ConsumptionRow[] {
    const users = [...this.#users.values()];
    const all = users.flatMap(({ consumptions }) => [...consumptions.values()]);
    return all.filter((row) => row.status === 'open');
  }

  #touch(touched: Map<string, UserRows>, userId: string): UserRows {
    const known = touched.get(userId);
    if (known !== undefined) return known;
    const rows = noRows();
    rows.account = this.account(userId);
    touched.set(userId, rows);
    return rows;
  }
}

function copy<T extends object>(from: Map<number, T>, to: Map<number, T>, key: number): void {
  const row = from.get(key);
  if (row !== undefined && !to.has(key)) to.set(key, { ...row });
}
