import { firstOpeningNumber, type AccountOpened } from '#ledger';
import type { NewTransactionRow } from '#read-model';

/** The ids of the legacy rows of each consumption that an account was opened with, by its number. */
export function legacyRowsByNumber(event: AccountOpened): ReadonlyMap<number, readonly string[]> {
  const first = firstOpeningNumber(event) + event.batches.length;
  const consumptions = [...event.closed, ...event.open];
  return new Map(consumptions.map(({ rows }, index) => [first + index, rows]));
}

/** A row as it is printed. Only one that was taken over has an id of before. */
export function printedRow({ legacy_id, ...row }: NewTransactionRow) {
  return { ...row, ...(legacy_id !== null && { legacy_id }) };
}
