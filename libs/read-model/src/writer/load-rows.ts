import { arrayOf, int8Array, uuidArray } from '#bytes/postgres';
import type { ClientBase } from 'pg';

import { bigintText } from '../schema/bigint-text.js';
import type { TablesVersion } from '../postgres/checkpoints.js';
import { columnList, columnNames, rowReader, versionOf, type Table } from '../schema/table.js';
import { ACCOUNTS, BATCHES, CONSUMPTIONS, RECHARGES, TRANSACTIONS } from '../schema/tables.js';
import type { LegacyKey, RowKey, RowsToLoad } from './rows-to-load.js';

/** Loads the rows that are missing, as far as they exist. */
export async function loadRows(
  client: ClientBase,
  { name, version }: TablesVersion,
  rowsToLoad: RowsToLoad,
  mayBeParked: boolean,
): Promise<void> {
  const { accounts, batches, consumptions, recharges, legacy } = rowsToLoad;
  const users = [uuidArray(accounts, (userId) => userId)];
  if (mayBeParked) await loadParked(client, { name, version }, rowsToLoad);
  for (const row of await loadAccounts(client, version, accounts.length, users)) {
    rowsToLoad.rowsOf(row.user_id).account = row;
  }
  for (const row of await loadBatches(client, version, batches.length, keysOf(batches))) {
    rowsToLoad.rowsOf(row.user_id).batches.set(row.batch_id, row);
  }
  for (const row of await loadConsumptions(
    client,
    version,
    consumptions.length,
    keysOf(consumptions),
  )) {
    rowsToLoad.rowsOf(row.user_id).consumptions.set(row.revision, row);
  }
  for (const row of await loadRecharges(client, version, recharges.length, keysOf(recharges))) {
    rowsToLoad.rowsOf(row.user_id).recharges.set(row.revision, row);
  }
  for (const { user_id, legacy_id, id } of await loadLegacyRows(client, version, legacy)) {
    rowsToLoad.rowsOf(user_id).legacy.set(legacy_id, Number(id));
  }
  rowsToLoad.markLoaded();
}

const keysOf = (keys: readonly RowKey[]): Buffer[] => [
  uuidArray(keys, ({ userId }) => userId),
  int8Array(keys, ({ number }) => number),
];

type LoadByKey<Row> = (
  client: ClientBase,
  version: number,
  keyCount: number,
  keys: readonly Buffer[],
) => Promise<readonly Row[]>;

function loaderOf<Row>(table: Table<Row>, key: readonly (keyof Row & string)[]): LoadByKey<Row> {
  const arrays = key.map((name, index) => `$${index + 1}::${table.columns[name].type.name}[]`);
  const read = rowReader(table);
  return async (client, version, keyCount, keys) => {
    if (keyCount === 0) return [];
    const { rows } = await client.query<object>(
      `select ${columnList(columnNames(table), 't')}
       from unnest(${arrays.join(', ')}) as k (${columnList(key)})
       join ${versionOf(table, version)} t using (${columnList(key)})`,
      [...keys],
    );
    return rows.map(read);
  };
}

interface LegacyPlace {
  readonly user_id: string;
  readonly legacy_id: string;
  readonly id: string;
}

async function loadLegacyRows(
  client: ClientBase,
  version: number,
  keys: readonly LegacyKey[],
): Promise<readonly LegacyPlace[]> {
  if (keys.length === 0) return [];
  const { rows } = await client.query<LegacyPlace>(
    `select t.user_id, t.legacy_id, t.id
     from unnest($1::uuid[], $2::bigint[]) as k (user_id, legacy_id)
     join ${versionOf(TRANSACTIONS, version)} t using (user_id, legacy_id)`,
    [uuidArray(keys, ({ userId }) => userId), legacyIdArray(keys, ({ legacyId }) => legacyId)],
  );
  return rows;
}

const legacyIdArray = arrayOf(bigintText);

const loadAccounts = loaderOf(ACCOUNTS, ['user_id']);
const loadBatches = loaderOf(BATCHES, ['user_id', 'batch_id']);
const loadConsumptions = loaderOf(CONSUMPTIONS, ['user_id', 'revision']);
const loadRecharges = loaderOf(RECHARGES, ['user_id', 'revision']);

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
    [uuidArray(rowsToLoad.accounts, (userId) => userId), name, version],
  );
  for (const row of rows) rowsToLoad.rowsOf(row.user_id).isParked = true;
}
