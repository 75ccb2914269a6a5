import type { FoldedRows, RowWrites } from '../fold/folded-rows.js';
import type { NewTransactionRow } from '../fold/event-rows.js';
import { chunksOf } from '../fold/chunks.js';
import { chunksByUser } from './chunks-by-user.js';
import {
  deleteLegacyRows,
  insertAccounts,
  insertBatches,
  insertConsumptions,
  insertRecharges,
  insertTransactions,
  updateAccounts,
  updateBatches,
  updateConsumptions,
  updateDurations,
  updateLegacyBalances,
  updateLegacyDurations,
  updateLegacyOwners,
  updateLegacyRows,
  updateRecharges,
  type WriteRows,
} from './row-queries.js';
import type { WriteQuery } from './copy/write-query.js';

/** As many rows are encoded without a pause, and written by one query. */
const CHUNK_ROWS = 3_000;

/** A query for the rows to insert and one for those to update in each table, however many events. */
export function* writeQueriesFor(version: number, folded: FoldedRows): Generator<WriteQuery> {
  const { accounts, batches, consumptions, recharges, legacy } = folded;
  // A legacy row that was gone may come again, under another id.
  yield* legacyQueriesOf(version, legacy.deletes.values(), deleteLegacyRows);
  yield* transactionQueries(version, folded);
  yield* legacyQueriesOf(version, legacy.updates.values(), updateLegacyRows);
  yield* legacyQueriesOf(version, legacy.owners, updateLegacyOwners);
  yield* legacyQueriesOf(version, legacy.durations, updateLegacyDurations);
  for (const rows of chunksOf(folded.durations, CHUNK_ROWS)) yield updateDurations(version, rows);
  yield* queriesOf(version, accounts, insertAccounts, updateAccounts);
  yield* queriesOf(version, batches, insertBatches, updateBatches);
  yield* queriesOf(version, consumptions, insertConsumptions, updateConsumptions);
  yield* queriesOf(version, recharges, insertRecharges, updateRecharges);
  const unopened = [...accounts.inserted, ...accounts.updated].filter(
    ({ take_over }) => take_over === 'imported',
  );
  yield* legacyQueriesOf(version, unopened, updateLegacyBalances);
}

function* transactionQueries(
  version: number,
  { firstId, transactions }: FoldedRows,
): Generator<WriteQuery> {
  const places: number[] = [];
  const written: NewTransactionRow[] = [];
  for (const [place, row] of transactions.entries()) {
    if (row === null) continue;
    places.push(place);
    written.push(row);
  }
  for (const { rows, indexes } of chunksByUser(written, CHUNK_ROWS)) {
    const ids = indexes.map((index) => firstId + (places[index] ?? 0));
    yield insertTransactions(version, ids, rows);
  }
}

function* legacyQueriesOf<Row extends { readonly user_id: string }>(
  version: number,
  all: Iterable<Row>,
  query: WriteRows<Row>,
): Generator<WriteQuery> {
  for (const { rows } of chunksByUser(all, CHUNK_ROWS)) yield query(version, rows);
}

function* queriesOf<Row extends { readonly user_id: string }>(
  version: number,
  { inserted, updated }: RowWrites<Row>,
  insert: WriteRows<Row>,
  update: WriteRows<Row>,
): Generator<WriteQuery> {
  for (const { rows } of chunksByUser(inserted, CHUNK_ROWS)) yield insert(version, rows);
  for (const { rows } of chunksByUser(updated, CHUNK_ROWS)) yield update(version, rows);
}
