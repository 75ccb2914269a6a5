import { int8Array, uuidArray } from '#bytes/postgres';
import type { ClientBase } from 'pg';

import { userOfStream } from '#identity';
import type { BatchChange, EventRows } from '../fold/event-rows.js';
import type { DecodedEvent, DecodedBatch } from '../fold/decode-batch.js';
import { noLoadedRows, type LoadedRows } from '../fold/loaded-rows.js';
import {
  toAccount,
  toBatch,
  toConsumption,
  type AccountColumns,
  type BatchColumns,
  type ConsumptionColumns,
} from '../schema/columns.js';
import type { TablesVersion } from '../postgres/checkpoints.js';
import type { RowCache } from './row-cache.js';

/** What is wanted and not at hand, as far as it exists. */
export async function loadRows(
  client: ClientBase,
  { name, version }: TablesVersion,
  rowsToLoad: RowsToLoad,
  mayBeParked: boolean,
): Promise<void> {
  if (mayBeParked) await loadParked(client, { name, version }, rowsToLoad);
  await loadAccounts(client, version, rowsToLoad);
  await loadBatches(client, version, rowsToLoad);
  await loadConsumptions(client, version, rowsToLoad);
  rowsToLoad.markLoaded();
}

interface Key {
  readonly user: string;
  readonly number: number;
}

/** The rows that the events of a batch touch: what of them is at hand, and what must be asked for. */
export class RowsToLoad {
  readonly users = new Map<string, LoadedRows>();
  accounts: string[] = [];
  batches: Key[] = [];
  consumptions: Key[] = [];

  constructor(private readonly cache: RowCache) {}

  get isComplete(): boolean {
    return this.accounts.length + this.batches.length + this.consumptions.length === 0;
  }

  markLoaded(): void {
    this.accounts = [];
    this.batches = [];
    this.consumptions = [];
  }

  /** May be called for one part of a batch after the other, each with what came before it folded. */
  add({ newEvents, parkings, redelivered }: DecodedBatch): void {
    let isWhole = true;
    for (const { parking } of parkings) this.rowsOf(parking.userId);
    for (const { rows } of newEvents) if (!this.#hasAllRowsOf(rows)) isWhole = false;
    for (const { stream } of redelivered) this.rowsOf(userOfStream(stream) ?? '');
    if (!isWhole) this.#addMissing(newEvents);
  }

  /** But for what begins in these events: nearly always, once the cache is warm. */
  #hasAllRowsOf({ account, batches, consumption }: EventRows): boolean {
    const rows = this.rowsOf(account.user_id);
    return (
      batches.every((change) => isNew(change) || rows.batches.has(change.batch_id)) &&
      (consumption === null ||
        consumption.kind === 'begun' ||
        rows.consumptions.has(consumption.of))
    );
  }

  /** In their order, each once: what begins only behind an event is not what that event is about. */
  #addMissing(fresh: readonly DecodedEvent[]): void {
    const seen = { batches: new Set<string>(), consumptions: new Set<string>() };
    for (const { rows } of fresh) {
      const rowsOf = rows.account.user_id;
      const own = this.rowsOf(rowsOf);
      const see = (table: keyof typeof seen, number: number, begins: boolean): void => {
        const key = `${rowsOf}/${number}`;
        const isKnown = begins || own[table].has(number) || seen[table].has(key);
        if (!isKnown) this[table].push({ user: rowsOf, number });
        seen[table].add(key);
      };
      for (const change of rows.batches) see('batches', change.batch_id, isNew(change));
      const { consumption } = rows;
      if (consumption !== null) {
        see('consumptions', consumption.of, consumption.kind === 'begun');
      }
    }
  }

  rowsOf(rowsOf: string): LoadedRows {
    const known = this.users.get(rowsOf);
    if (known !== undefined) return known;
    const cached = this.cache.get(rowsOf);
    if (cached === undefined) this.accounts.push(rowsOf);
    const rows = cached ?? noLoadedRows();
    this.users.set(rowsOf, rows);
    return rows;
  }
}

/** A recharge makes a batch of its own; a grace batch may be there from before. */
const isNew = ({ initial }: BatchChange): boolean => initial?.grace === false;

async function loadParked(
  client: ClientBase,
  { name, version }: TablesVersion,
  rowsToLoad: RowsToLoad,
): Promise<void> {
  if (rowsToLoad.accounts.length === 0) return;
  const { rows } = await client.query<{ user_id: string }>(
    `select p.user_id
     from unnest($1::uuid[]) as k (user_id)
     join mjk_point_parked_accounts p using (user_id)
     where p.name = $2 and p.version = $3`,
    [uuidArray(rowsToLoad.accounts, (user) => user), name, version],
  );
  for (const row of rows) rowsToLoad.rowsOf(row.user_id).isParked = true;
}

async function loadAccounts(
  client: ClientBase,
  version: number,
  rowsToLoad: RowsToLoad,
): Promise<void> {
  if (rowsToLoad.accounts.length === 0) return;
  const { rows } = await client.query<AccountColumns>(
    `select a.user_id, a.balance, a.held, a.revision, a.updated_at
     from unnest($1::uuid[]) as k (user_id)
     join mjk_point_accounts_v${version} a using (user_id)`,
    [uuidArray(rowsToLoad.accounts, (user) => user)],
  );
  for (const row of rows) rowsToLoad.rowsOf(row.user_id).account = toAccount(row);
}

const keysOf = (keys: readonly Key[]): Buffer[] => [
  uuidArray(keys, ({ user }) => user),
  int8Array(keys, ({ number }) => number),
];

async function loadBatches(
  client: ClientBase,
  version: number,
  rowsToLoad: RowsToLoad,
): Promise<void> {
  if (rowsToLoad.batches.length === 0) return;
  const { rows } = await client.query<BatchColumns>(
    `select b.user_id, b.batch_id, b.points, b.remaining, b.priority, b.expires_at, b.grace,
       b.revision, b.line, b.created_at
     from unnest($1::uuid[], $2::bigint[]) as k (user_id, batch_id)
     join mjk_point_batches_v${version} b using (user_id, batch_id)`,
    keysOf(rowsToLoad.batches),
  );
  for (const row of rows.map(toBatch))
    rowsToLoad.rowsOf(row.user_id).batches.set(row.batch_id, row);
}

async function loadConsumptions(
  client: ClientBase,
  version: number,
  rowsToLoad: RowsToLoad,
): Promise<void> {
  if (rowsToLoad.consumptions.length === 0) return;
  const { rows } = await client.query<ConsumptionColumns>(
    `select c.user_id, c.revision, c.consumption_id, c.source_type, c.source_id, c.status,
       c.estimate, c.actual, c.drawn, c.refunded, c.duration, c.settle_by, c.opened_at,
       c.closed_at, c.first_row, c.row_count, c.duration_row
     from unnest($1::uuid[], $2::bigint[]) as k (user_id, revision)
     join mjk_point_consumptions_v${version} c using (user_id, revision)`,
    keysOf(rowsToLoad.consumptions),
  );
  for (const row of rows.map(toConsumption)) {
    rowsToLoad.rowsOf(row.user_id).consumptions.set(row.revision, row);
  }
}
