import type { RecordedEvent } from '#event-store';

import type { BatchChange, DurationChange, EventRows } from './event-rows.js';
import { changeConsumption } from './fold-consumption.js';
import { PoisonEvent } from './poison.js';
import { userOf, type ReadBatch } from './projected-event.js';
import {
  keyOf,
  type AccountRow,
  type BatchRow,
  type ConsumptionRow,
  type NumberedTransaction,
  type TouchedRows,
  type TransactionDuration,
} from './tables.js';

/** Rows of one table that a batch of events makes, and those from before that it changes. */
export interface Written<T> {
  readonly begun: Set<T>;
  readonly changed: Set<T>;
}

export interface Folded {
  readonly transactions: NumberedTransaction[];
  /** For rows that were written before this batch. */
  readonly durations: TransactionDuration[];
  readonly accounts: Written<AccountRow>;
  readonly batches: Written<BatchRow>;
  readonly consumptions: Written<ConsumptionRow>;
}

const nothing = (): Folded => ({
  transactions: [],
  durations: [],
  accounts: { begun: new Set(), changed: new Set() },
  batches: { begun: new Set(), changed: new Set() },
  consumptions: { begun: new Set(), changed: new Set() },
});

function write<T>(written: Written<T>, row: T, begins: boolean): void {
  if (begins) written.begun.add(row);
  else if (!written.begun.has(row)) written.changed.add(row);
}

/** Carries events into the rows they touch, in order. Any disagreement is poison. */
export function fold(rows: TouchedRows, { fresh, repeated }: ReadBatch, firstId: number): Folded {
  const folded = nothing();
  for (const { recorded, rows: change } of fresh) {
    const firstRow = firstId + folded.transactions.length;
    const account = changeAccount(rows, recorded, change, folded);
    let id = firstRow;
    for (const row of change.transactions) folded.transactions.push({ ...row, id: id++ });
    for (const batch of change.batches) changeBatch(rows, recorded, change, batch, folded);
    if (change.consumption !== null) {
      const rowCount = change.transactions.length;
      const step = { rows, recorded, account, change: change.consumption, firstRow, rowCount };
      const begun = changeConsumption(step);
      const row = begun ?? knownConsumption(rows, recorded, change);
      write(folded.consumptions, row, begun !== null);
    }
    if (change.duration !== null) {
      const { duration_row: rowId } = knownConsumption(rows, recorded, change);
      if (rowId < firstId) folded.durations.push({ ...change.duration, id: rowId });
      else fillIn(folded.transactions, rowId - firstId, recorded, change.duration);
    }
  }
  for (const recorded of repeated) refuseUnseen(rows, recorded);
  return folded;
}

/** The account once the event is in: its revision is the last one + 1, and its balance agrees. */
function changeAccount(
  rows: TouchedRows,
  recorded: RecordedEvent,
  change: EventRows,
  folded: Folded,
): AccountRow {
  const { user_id, revision, balance, at } = change.account;
  const known = rows.accounts.get(user_id);
  const account = known ?? { user_id, balance: 0, held: 0, revision: -1, updated_at: at };
  if (revision !== account.revision + 1) {
    throw new PoisonEvent('hole-in-stream', recorded, `the tables are at ${account.revision}`);
  }
  let expected = account.balance;
  for (const row of change.transactions) expected += row.balance_after - row.balance_before;
  if (expected !== balance) {
    const detail = `says the balance is ${balance}, the tables say ${expected}`;
    throw new PoisonEvent('rows-disagree', recorded, detail);
  }
  account.revision = revision;
  account.balance = balance;
  account.updated_at = at;
  if (known === undefined) rows.accounts.set(user_id, account);
  write(folded.accounts, account, known === undefined);
  return account;
}

function changeBatch(
  rows: TouchedRows,
  recorded: RecordedEvent,
  { account: { user_id, revision, at } }: EventRows,
  { batch_id, begins, came_in, remaining }: BatchChange,
  folded: Folded,
): void {
  const key = keyOf(user_id, batch_id);
  const known = rows.batches.get(key);
  if (known === undefined && begins === null) {
    throw new PoisonEvent('rows-disagree', recorded, `there is no batch ${batch_id}`);
  }
  if (known !== undefined && begins?.grace === false) {
    throw new PoisonEvent('rows-disagree', recorded, `batch ${batch_id} came in before`);
  }
  const batch = known ?? {
    user_id,
    batch_id,
    points: 0,
    remaining: 0,
    priority: begins?.priority ?? 0,
    expires_at: begins?.expires_at ?? null,
    grace: begins?.grace ?? false,
    revision,
    line: begins?.line ?? 0,
    created_at: at,
  };
  batch.points += came_in;
  batch.remaining += remaining;
  if (batch.remaining < 0) {
    throw new PoisonEvent('rows-disagree', recorded, `batch ${batch_id} falls below zero`);
  }
  if (known === undefined) rows.batches.set(key, batch);
  write(folded.batches, batch, known === undefined);
}

function knownConsumption(
  rows: TouchedRows,
  recorded: RecordedEvent,
  { account, consumption }: EventRows,
): ConsumptionRow {
  const of = consumption?.of ?? -1;
  const row = rows.consumptions.get(keyOf(account.user_id, of));
  if (row === undefined) {
    throw new PoisonEvent('rows-disagree', recorded, `there is no consumption ${of}`);
  }
  return row;
}

function fillIn(
  transactions: NumberedTransaction[],
  place: number,
  recorded: RecordedEvent,
  { revision, duration, updated_at }: DurationChange,
): void {
  const row = transactions[place];
  if (row?.revision !== revision) {
    throw new PoisonEvent('rows-disagree', recorded, `event ${revision} carries no duration`);
  }
  transactions[place] = { ...row, duration, updated_at };
}

/** An event that is delivered again must be in the tables already; else the order is broken. */
function refuseUnseen(rows: TouchedRows, recorded: RecordedEvent): void {
  const account = rows.accounts.get(userOf(recorded.stream) ?? '');
  if (account === undefined || account.revision < recorded.revision) {
    throw new PoisonEvent('order-broken', recorded, 'comes behind a later event');
  }
}
