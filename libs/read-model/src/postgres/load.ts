import type { ClientBase } from 'pg';

import { userOf, type ReadBatch } from '../projected-event.js';
import { keyOf, type TouchedRows } from '../tables.js';
import { int8Array, uuidArray } from './arrays.js';
import {
  toAccount,
  toBatch,
  toConsumption,
  type AccountColumns,
  type BatchColumns,
  type ConsumptionColumns,
} from './columns.js';
import type { RowCache } from './row-cache.js';

/** The rows that the events of a batch touch, as far as they exist. */
export async function loadTouched(
  client: ClientBase,
  version: number,
  read: ReadBatch,
  cache: RowCache,
): Promise<TouchedRows> {
  const wanted = new Wanted(cache);
  for (const { rows } of read.fresh) {
    const user = rows.account.user_id;
    wanted.account(user);
    for (const { batch_id } of rows.batches) wanted.batch(user, batch_id);
    const { consumption } = rows;
    if (consumption !== null && consumption.kind !== 'begun') {
      wanted.consumption(user, consumption.of);
    }
  }
  for (const { stream } of read.repeated) wanted.account(userOf(stream) ?? '');
  await loadAccounts(client, version, wanted);
  await loadBatches(client, version, wanted);
  await loadConsumptions(client, version, wanted);
  return wanted.rows;
}

interface Key {
  readonly user: string;
  readonly number: number;
}

/** What of the rows is at hand, and what must be asked for. */
class Wanted {
  readonly rows: TouchedRows = {
    accounts: new Map(),
    batches: new Map(),
    consumptions: new Map(),
  };
  readonly missingAccounts = new Set<string>();
  readonly missingBatches = new Map<string, Key>();
  readonly missingConsumptions = new Map<string, Key>();
  readonly #cache: RowCache;

  constructor(cache: RowCache) {
    this.#cache = cache;
  }

  account(user: string): void {
    if (this.rows.accounts.has(user)) return;
    const row = this.#cache.accounts.get(user);
    if (row === undefined) this.missingAccounts.add(user);
    else this.rows.accounts.set(user, row);
  }

  batch(user: string, number: number): void {
    const key = keyOf(user, number);
    if (this.rows.batches.has(key)) return;
    const row = this.#cache.batches.get(key);
    if (row === undefined) this.missingBatches.set(key, { user, number });
    else this.rows.batches.set(key, row);
  }

  consumption(user: string, number: number): void {
    const key = keyOf(user, number);
    if (this.rows.consumptions.has(key)) return;
    const row = this.#cache.consumptions.get(key);
    if (row === undefined) this.missingConsumptions.set(key, { user, number });
    else this.rows.consumptions.set(key, row);
  }
}

async function loadAccounts(client: ClientBase, version: number, wanted: Wanted): Promise<void> {
  if (wanted.missingAccounts.size === 0) return;
  const { rows } = await client.query<AccountColumns>(
    `select a.user_id, a.balance, a.held, a.revision, a.updated_at
     from unnest($1::uuid[]) as k (user_id)
     join mjk_point_accounts_v${version} a using (user_id)`,
    [uuidArray([...wanted.missingAccounts])],
  );
  for (const row of rows) wanted.rows.accounts.set(row.user_id, toAccount(row));
}

const arraysOf = (keys: ReadonlyMap<string, Key>): [Buffer, Buffer] => {
  const all = [...keys.values()];
  return [uuidArray(all.map(({ user }) => user)), int8Array(all.map(({ number }) => number))];
};

async function loadBatches(client: ClientBase, version: number, wanted: Wanted): Promise<void> {
  if (wanted.missingBatches.size === 0) return;
  const { rows } = await client.query<BatchColumns>(
    `select b.user_id, b.batch_id, b.points, b.remaining, b.priority, b.expires_at, b.grace,
       b.revision, b.line, b.created_at
     from unnest($1::uuid[], $2::bigint[]) as k (user_id, batch_id)
     join mjk_point_batches_v${version} b using (user_id, batch_id)`,
    arraysOf(wanted.missingBatches),
  );
  for (const row of rows.map(toBatch)) {
    wanted.rows.batches.set(keyOf(row.user_id, row.batch_id), row);
  }
}

async function loadConsumptions(
  client: ClientBase,
  version: number,
  wanted: Wanted,
): Promise<void> {
  if (wanted.missingConsumptions.size === 0) return;
  const { rows } = await client.query<ConsumptionColumns>(
    `select c.user_id, c.revision, c.consumption_id, c.source_type, c.source_id, c.status,
       c.estimate, c.actual, c.drawn, c.refunded, c.duration, c.settle_by, c.opened_at,
       c.closed_at, c.first_row, c.row_count, c.duration_row
     from unnest($1::uuid[], $2::bigint[]) as k (user_id, revision)
     join mjk_point_consumptions_v${version} c using (user_id, revision)`,
    arraysOf(wanted.missingConsumptions),
  );
  for (const row of rows.map(toConsumption)) {
    wanted.rows.consumptions.set(keyOf(row.user_id, row.revision), row);
  }
}
