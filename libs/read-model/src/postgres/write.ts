import type { Folded } from '../fold.js';
import { slicesOf } from '../slices-of.js';
import { SLICE_ROWS, byUser } from './by-user.js';
import type { Statement } from './statement.js';
import { changeAccounts, insertAccounts } from './write-accounts.js';
import { changeBatches, insertBatches } from './write-batches.js';
import { changeConsumptions, insertConsumptions } from './write-consumptions.js';
import { fillDurations, insertTransactions } from './write-transactions.js';

/** Set-based: a statement for what begins and one for what changes, however many events. */
export function* statementsFor(version: number, folded: Folded): Generator<Statement> {
  const { firstId, accounts, batches, consumptions } = folded;
  for (const { rows, places } of byUser(folded.transactions)) {
    const ids = places.map((place) => firstId + place);
    yield insertTransactions(version, ids, rows);
  }
  for (const rows of slicesOf(folded.durations, SLICE_ROWS)) yield fillDurations(version, rows);
  for (const { rows } of byUser(accounts.begun)) yield insertAccounts(version, rows);
  for (const { rows } of byUser(accounts.changed)) yield changeAccounts(version, rows);
  for (const { rows } of byUser(batches.begun)) yield insertBatches(version, rows);
  for (const { rows } of byUser(batches.changed)) yield changeBatches(version, rows);
  for (const { rows } of byUser(consumptions.begun)) yield insertConsumptions(version, rows);
  for (const { rows } of byUser(consumptions.changed)) yield changeConsumptions(version, rows);
}
