import type { FoldedRows, RowWrites } from '../fold/fold.js';
import { chunksOf } from '../fold/chunks.js';
import { chunksByUser } from './chunks-by-user.js';
import {
  insertAccounts,
  insertBatches,
  insertConsumptions,
  insertRecharges,
  insertTransactions,
  updateAccounts,
  updateBatches,
  updateConsumptions,
  updateDurations,
  updateRecharges,
  type WriteRows,
} from './row-queries.js';
import type { WriteQuery } from './copy/write-query.js';

/** As many rows are encoded without a pause, and written by one query. */
const CHUNK_ROWS = 3_000;

/** A query for the rows to insert and one for those to update in each table, however many events. */
export function* writeQueriesFor(version: number, folded: FoldedRows): Generator<WriteQuery> {
  const { firstId, accounts, batches, consumptions, recharges } = folded;
  for (const { rows, indexes } of chunksByUser(folded.transactions, CHUNK_ROWS)) {
    const ids = indexes.map((index) => firstId + index);
    yield insertTransactions(version, ids, rows);
  }
  for (const rows of chunksOf(folded.durations, CHUNK_ROWS)) yield updateDurations(version, rows);
  yield* queriesOf(version, accounts, insertAccounts, updateAccounts);
  yield* queriesOf(version, batches, insertBatches, updateBatches);
  yield* queriesOf(version, consumptions, insertConsumptions, updateConsumptions);
  yield* queriesOf(version, recharges, insertRecharges, updateRecharges);
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
