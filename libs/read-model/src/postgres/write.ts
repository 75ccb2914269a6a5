import type { Folded } from '../fold.js';
import type { Statement } from './statement.js';
import { changeAccounts, insertAccounts } from './write-accounts.js';
import { changeBatches, insertBatches } from './write-batches.js';
import { changeConsumptions, insertConsumptions } from './write-consumptions.js';
import { fillDurations, insertTransactions } from './write-transactions.js';

/** Set-based: one statement for what begins and one for what changes, however many events. */
export function* statementsFor(version: number, folded: Folded): Generator<Statement> {
  const { firstId, transactions, durations, accounts, batches, consumptions } = folded;
  yield insertTransactions(version, firstId, transactions);
  yield fillDurations(version, durations);
  yield insertAccounts(version, [...accounts.begun]);
  yield changeAccounts(version, [...accounts.changed]);
  yield insertBatches(version, [...batches.begun]);
  yield changeBatches(version, [...batches.changed]);
  yield insertConsumptions(version, [...consumptions.begun]);
  yield changeConsumptions(version, [...consumptions.changed]);
}
