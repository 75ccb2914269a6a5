import type { FoldedRows } from '../projection/fold.js';
import { chunksOf } from '../projection/chunks.js';
import { byUser } from './by-user.js';
import type { Statement } from './statement.js';
import { changeAccounts, insertAccounts } from './write-accounts.js';
import { changeBatches, insertBatches } from './write-batches.js';
import { changeConsumptions, insertConsumptions } from './write-consumptions.js';
import { fillDurations, insertTransactions } from './write-transactions.js';

/** What is encoded at one go, and what one statement writes at most. */
const SLICE_ROWS = 3_000;

/** Set-based: a statement for what begins and one for what changes, however many events. */
export function* statementsFor(version: number, folded: FoldedRows): Generator<Statement> {
  const { firstId, accounts, batches, consumptions } = folded;
  for (const { rows, places } of byUser(folded.transactions, SLICE_ROWS)) {
    const ids = places.map((place) => firstId + place);
    yield insertTransactions(version, ids, rows);
  }
  for (const rows of chunksOf(folded.durations, SLICE_ROWS)) yield fillDurations(version, rows);
  for (const { rows } of byUser(accounts.inserted, SLICE_ROWS)) yield insertAccounts(version, rows);
  for (const { rows } of byUser(accounts.updated, SLICE_ROWS)) yield changeAccounts(version, rows);
  for (const { rows } of byUser(batches.inserted, SLICE_ROWS)) yield insertBatches(version, rows);
  for (const { rows } of byUser(batches.updated, SLICE_ROWS)) yield changeBatches(version, rows);
  for (const { rows } of byUser(consumptions.inserted, SLICE_ROWS))
    yield insertConsumptions(version, rows);
  for (const { rows } of byUser(consumptions.updated, SLICE_ROWS))
    yield changeConsumptions(version, rows);
}
