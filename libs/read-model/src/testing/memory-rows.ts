import { userOfStream } from '#identity';
import { compareLegacyIds } from '#ledger';
import type { FoldedRows } from '../fold/folded-rows.js';
import type { DecodedBatch } from '../fold/decode-batch.js';
import { namedLegacyIds } from '../fold/import-change.js';
import { noLoadedRows, type LoadedRowsByUser, type LoadedRows } from '../fold/loaded-rows.js';
import type {
  AccountRow,
  BatchRow,
  ConsumptionRow,
  RechargeRow,
  TransactionRow,
} from '../schema/tables.js';

/** The rows of all tables. Rows are returned as copies. */
export class MemoryRows {
  readonly #users = new Map<string, LoadedRows>();
  readonly #transactions: (TransactionRow | undefined)[] = [];
  readonly #ofUser = new Map<string, number[]>();

  load({ newEvents, parkings, redelivered }: DecodedBatch): LoadedRowsByUser {
    const load = new Map<string, LoadedRows>();
    for (const { parking } of parkings) this.#loadUser(load, parking.userId);
    for (const { rows } of newEvents) {
      const own = this.#loadUser(load, rows.account.user_id);
      const all = this.#users.get(rows.account.user_id) ?? noLoadedRows();
      for (const { batch_id } of rows.batches) copy(all.batches, own.batches, batch_id);
      if (rows.consumption !== null) {
        copy(all.consumptions, own.consumptions, rows.consumption.of);
      }
      if (rows.recharge !== null) copy(all.recharges, own.recharges, rows.recharge.of);
      if (rows.recharge?.kind === 'reversed') {
        copy(all.batches, own.batches, rows.recharge.batch_id);
      }
      for (const id of rows.takeOver === null ? [] : namedLegacyIds(rows.takeOver)) {
        const known = all.legacy.get(id);
        if (known !== undefined) own.legacy.set(id, known);
      }
    }
    for (const { stream } of redelivered) this.#loadUser(load, userOfStream(stream) ?? '');
    return load;
  }

  write(folded: FoldedRows, load: LoadedRowsByUser): void {
    const { deletes, updates, owners, durations } = folded.legacy;
    for (const id of deletes.keys()) this.#remove(id);
    for (const [index, row] of folded.transactions.entries()) {
      if (row === null) continue;
      const id = folded.firstId + index;
      this.#transactions[id - 1] = { ...row, id };
      const ids = this.#ofUser.get(row.user_id);
      if (ids === undefined) this.#ofUser.set(row.user_id, [id]);
      else ids.push(id);
    }
    for (const [id, row] of updates) {
      const { revision = 0, line = 0 } = this.#transactions[id - 1] ?? {};
      this.#change(id, { ...row, revision, line });
    }
    for (const { id, consumption_of } of owners) this.#change(id, { consumption_of });
    for (const { id, duration, updated_at } of [...folded.durations, ...durations]) {
      this.#change(id, { duration, updated_at });
    }
    for (const [userId, rows] of load) {
      const all = this.#users.get(userId) ?? noLoadedRows();
      all.account = rows.account;
      for (const [id, batch] of rows.batches) all.batches.set(id, batch);
      for (const [of, consumption] of rows.consumptions) all.consumptions.set(of, consumption);
      for (const [of, recharge] of rows.recharges) all.recharges.set(of, recharge);
      if (all.account !== null) this.#users.set(userId, all);
      this.#setLegacy(userId, all);
    }
  }

  #change(id: number, changes: Partial<TransactionRow>): void {
    const row = this.#transactions[id - 1];
    if (row !== undefined) this.#transactions[id - 1] = { ...row, ...changes };
  }

  #remove(id: number): void {
    const row = this.#transactions[id - 1];
    if (row === undefined) return;
    this.#transactions[id - 1] = undefined;
    const ids = this.#ofUser.get(row.user_id) ?? [];
    this.#ofUser.set(
      row.user_id,
      ids.filter((one) => one !== id),
    );
  }

  /** Until an account is opened, its balance is that of the last of its legacy rows. */
  #setLegacy(userId: string, all: LoadedRows): void {
    const { account, legacy } = all;
    if (account === null || account.take_over === null) return;
    legacy.clear();
    let last: TransactionRow | null = null;
    for (const row of this.transactionsOf(userId)) {
      if (row.legacy_id === null) continue;
      legacy.set(row.legacy_id, row.id);
      if (compareLegacyIds(row.legacy_id, last?.legacy_id ?? row.legacy_id) >= 0) last = row;
    }
    if (account.take_over === 'imported') account.balance = last?.balance_after ?? 0;
  }

  /** Oldest first. */
  transactionsOf(userId: string): readonly TransactionRow[] {
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

  /** In the order in which they came in. */
  rechargesOf(userId: string): readonly RechargeRow[] {
    const rows = [...(this.#users.get(userId)?.recharges.values() ?? [])];
    return rows.sort((a, b) => a.revision - b.revision).map((row) => ({ ...row }));
  }

  consumptions(): readonly ConsumptionRow[] {
    const users = [...this.#users.values()];
    return users.flatMap(({ consumptions }) =>
      [...consumptions.values()].map((row) => ({ ...row })),
    );
  }

  openConsumptions(): readonly ConsumptionRow[] {
    return this.consumptions().filter((row) => row.status === 'open');
  }

  #loadUser(load: Map<string, LoadedRows>, userId: string): LoadedRows {
    const known = load.get(userId);
    if (known !== undefined) return known;
    const rows = noLoadedRows();
    rows.account = this.account(userId);
    load.set(userId, rows);
    return rows;
  }
}

function copy<T extends object>(from: Map<number, T>, to: Map<number, T>, key: number): void {
  const row = from.get(key);
  if (row !== undefined && !to.has(key)) to.set(key, { ...row });
}
