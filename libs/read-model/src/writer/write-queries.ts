import type { FoldedRows } from '../fold/fold.js';
import { chunksOf } from '../fold/chunks.js';
import { chunksByUser } from './chunks-by-user.js';
import type { WriteQuery } from './write-query.js';
import { updateAccounts, insertAccounts } from './write-accounts.js';
import { updateBatches, insertBatches } from './write-batches.js';
import { updateConsumptions, insertConsumptions } from './write-consumptions.js';
import { updateDurations, insertTransactions } from './write-transactions.js';

/** What is encoded at one go, and what one statement writes at most. */
const CHUNK_ROWS = 3_000;

/** Set-based: a statement for what begins and one for what changes, however many events. */
export function* writeQueriesFor(version: number, folded: FoldedRows): Generator<WriteQuery> {
  const { firstId, accounts, batches, consumptions } = folded;
  for (const { rows, indexes } of chunksByUser(folded.transactions, CHUNK_ROWS)) {
    const ids = indexes.map((place) => firstId + place);
    yield insertTransactions(version, ids, rows);
  }
  for (const rows of chunksOf(folded.durations, CHUNK_ROWS)) yield updateDurations(version, rows);
  for (const { rows } of chunksByUser(accounts.inserted, CHUNK_ROWS))
    yield insertAccounts(version, rows);
  for (const { rows } of chunksByUser(accounts.updated, CHUNK_ROWS))
    yield updateAccounts(version, rows);
  for (const { rows } of chunksByUser(batches.inserted, CHUNK_ROWS))
    yield insertBatches(version, rows);
  for (const { rows } of chunksByUser(batches.updated, CHUNK_ROWS))
    yield updateBatches(version, rows);
  for (const { rows } of chunksByUser(consumptions.inserted, CHUNK_ROWS))
    yield insertConsumptions(version, rows);
  for (const { rows } of chunksByUser(consumptions.updated, CHUNK_ROWS))
    yield updateConsumptions(version, rows);
}
