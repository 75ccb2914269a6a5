import type { Folded } from '../fold.js';
import { slicesOf } from '../slices-of.js';
import type { Statement } from './statement.js';
import { changeAccounts, insertAccounts } from './write-accounts.js';
import { changeBatches, insertBatches } from './write-batches.js';
import { changeConsumptions, insertConsumptions } from './write-consumptions.js';
import { fillDurations, insertTransactions } from './write-transactions.js';

/** What is encoded at one go, and what one statement writes at most. */
const SLICE_ROWS = 3_000;

/** Set-based: a statement for what begins and one for what changes, however many events. */
export function* statementsFor(version: number, folded: Folded): Generator<Statement> {
  const { firstId, durations, accounts, batches, consumptions } = folded;
  let id = firstId;
  for (const rows of slices(folded.transactions)) {
    yield insertTransactions(version, id, rows);
    id += rows.length;
  }
  for (const rows of slices(durations)) yield fillDurations(version, rows);
  for (const rows of slices(accounts.begun)) yield insertAccounts(version, rows);
  for (const rows of slices(accounts.changed)) yield changeAccounts(version, rows);
  for (const rows of slices(batches.begun)) yield insertBatches(version, rows);
  for (const rows of slices(batches.changed)) yield changeBatches(version, rows);
  for (const rows of slices(consumptions.begun)) yield insertConsumptions(version, rows);
  for (const rows of slices(consumptions.changed)) yield changeConsumptions(version, rows);
}

const slices = <T>(rows: Iterable<T>): Iterable<readonly T[]> => slicesOf([...rows], SLICE_ROWS);
