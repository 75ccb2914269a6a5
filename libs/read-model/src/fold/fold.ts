import type { RecordedEvent } from '#event-store';

import { userOfStream } from '#identity';
import type { BatchChange, DurationChange, EventRows, NewTransactionRow } from './event-rows.js';
import { foldConsumption } from './fold-consumption.js';
import { foldRecharge } from './fold-recharge.js';
import type { Parking } from './parking.js';
import { PoisonEvent, toPoisonEvent } from './poison-event.js';
import type { DecodedEvent, DecodedBatch } from './decode-batch.js';
import type { LoadedRowsByUser, LoadedRows } from './loaded-rows.js';
import type { FoldedRows, RowWrites } from './folded-rows.js';
import { NO_ROW, foldImport } from './fold-import.js';
import type { AccountRow } from '../schema/tables.js';
import { overflowInBatch, overflowInConsumption, overflowInRecharge } from './column-limits.js';

/** Applies events to the loaded rows. An event that contradicts them is a PoisonEvent. */
export function fold(
  loaded: LoadedRowsByUser,
  {
    newEvents,
    parkings,
    redelivered,
  }: Pick<DecodedBatch, 'newEvents' | 'parkings' | 'redelivered'>,
  folded: FoldedRows,
): void {
  let from = 0;
  for (const { parking, afterEvents } of parkings) {
    foldEvents(loaded, newEvents.slice(from, afterEvents), folded);
    park(loaded, parking, folded);
    from = afterEvents;
  }
  foldEvents(loaded, from === 0 ? newEvents : newEvents.slice(from), folded);
  for (const recorded of redelivered) requireApplied(loaded, recorded);
}

function foldEvents(
  loaded: LoadedRowsByUser,
  events: readonly DecodedEvent[],
  folded: FoldedRows,
): void {
  for (const event of events) {
    try {
      foldEvent(loaded, event, folded);
    } catch (cause) {
      throw toPoisonEvent('failed-fold', event.recorded, cause);
    }
  }
}

/** An account is parked once. All its later events are skipped. */
function park(loaded: LoadedRowsByUser, parking: Parking, folded: FoldedRows): void {
  const user = loaded.get(parking.userId);
  if (user === undefined) throw new Error('a bug: a parked account was not loaded');
  if (user.isParked) return;
  user.isParked = true;
  const next = (user.account?.revision ?? -1) + 1;
  folded.parked.push({ ...parking, revision: parking.revision ?? next });
}

function foldEvent(
  loaded: LoadedRowsByUser,
  { recorded, rows: change }: DecodedEvent,
  folded: FoldedRows,
): void {
  const user = loaded.get(change.account.user_id);
  if (user === undefined) throw new Error('a bug: the rows of an account were not loaded');
  if (user.isParked) {
    folded.skippedEvents += 1;
    return;
  }
  const firstRow = folded.firstId + folded.transactions.length;
  const rowCount = change.transactions.length;
  const account = changeAccount(user, recorded, change, folded);
  folded.transactions.push(...change.transactions);
  if (change.takeOver !== null) {
    return foldImport({ user, recorded, account, folded }, change.takeOver);
  }
  for (const batch of change.batches) changeBatch(user, recorded, change, batch, folded);
  if (change.recharge !== null) {
    const { recharge, isNew } = foldRecharge(user, recorded, change.recharge);
    requireNoOverflow(recorded, overflowInRecharge(recharge));
    markWritten(folded.recharges, recharge, isNew);
  }
  if (change.consumption === null) return;
  const step = { user, recorded, account, change: change.consumption, firstRow, rowCount };
  const consumption = foldConsumption(step);
  requireNoOverflow(recorded, overflowInConsumption(account, consumption));
  markWritten(folded.consumptions, consumption, change.consumption.kind === 'begun');
  if (change.duration === null) return;
  const id = consumption.duration_row;
  const place = id - folded.firstId;
  if (place >= 0) setDuration(folded.transactions, place, recorded, change.duration);
  else if (change.duration.revision >= 0) folded.durations.push({ ...change.duration, id });
  else if (id !== NO_ROW) {
    const { user_id } = account;
    const { duration, updated_at } = change.duration;
    folded.legacy.durations.push({ id, user_id, duration, updated_at });
  }
}

function markWritten<T>(written: RowWrites<T>, row: T, begins: boolean): void {
  if (begins) written.inserted.add(row);
  else if (!written.inserted.has(row)) written.updated.add(row);
}

/** Requires that the revision is the next one and that balance and debts are the sums of what moved. */
function changeAccount(
  user: LoadedRows,
  recorded: RecordedEvent,
  change: EventRows,
  folded: FoldedRows,
): AccountRow {
  const { user_id, revision, balance, owed, owedBy, at } = change.account;
  const known = user.account;
  const account = known ?? newAccount(user_id, at);
  if (revision !== account.revision + 1) {
    throw new PoisonEvent('hole-in-stream', recorded, `the tables are at ${account.revision}`);
  }
  // An opening says what the account begins with here.
  const isGiven = change.takeOver !== null && change.takeOver.kind !== 'handed_back';
  let expected = isGiven ? balance : account.balance;
  if (!isGiven) {
    for (const row of change.transactions) expected += row.balance_after - row.balance_before;
  }
  if (expected !== balance) {
    const detail = `says the balance is ${balance}, the tables say ${expected}`;
    throw new PoisonEvent('rows-disagree', recorded, detail);
  }
  if (account.owed + owedBy !== owed) {
    const detail = `says ${owed} points are owed, the tables say ${account.owed + owedBy}`;
    throw new PoisonEvent('rows-disagree', recorded, detail);
  }
  account.revision = revision;
  account.balance = balance;
  account.owed = owed;
  account.updated_at = at;
  user.account = account;
  markWritten(folded.accounts, account, known === null);
  return account;
}

const newAccount = (user_id: string, updated_at: string): AccountRow => ({
  user_id,
  balance: 0,
  held: 0,
  revision: -1,
  updated_at,
  owed: 0,
  take_over: null,
  legacy_through: null,
});

function changeBatch(
  user: LoadedRows,
  recorded: RecordedEvent,
  { account: { user_id, revision, at } }: EventRows,
  { batch_id, initial, pointsIn, remaining }: BatchChange,
  folded: FoldedRows,
): void {
  const known = user.batches.get(batch_id);
  if (known === undefined && initial === null) {
    throw new PoisonEvent('rows-disagree', recorded, `there is no batch ${batch_id}`);
  }
  if (known !== undefined && initial?.grace === false) {
    throw new PoisonEvent('rows-disagree', recorded, `batch ${batch_id} came in before`);
  }
  const batch = known ?? {
    user_id,
    batch_id,
    points: 0,
    remaining: 0,
    priority: initial?.priority ?? 0,
    expires_at: initial?.expires_at ?? null,
    grace: initial?.grace ?? false,
    revision,
    line: initial?.line ?? 0,
    created_at: at,
  };
  batch.points += pointsIn;
  batch.remaining += remaining;
  if (batch.remaining < 0) {
    throw new PoisonEvent('rows-disagree', recorded, `batch ${batch_id} falls below zero`);
  }
  requireNoOverflow(recorded, overflowInBatch(batch));
  if (known === undefined) user.batches.set(batch_id, batch);
  markWritten(folded.batches, batch, known === undefined);
}

function requireNoOverflow(recorded: RecordedEvent, fault: string | null): void {
  if (fault !== null) throw new PoisonEvent('unwritable-value', recorded, fault);
}

function setDuration(
  transactions: (NewTransactionRow | null)[],
  place: number,
  recorded: RecordedEvent,
  { revision, duration, updated_at }: DurationChange,
): void {
  const row = transactions[place] ?? null;
  const isOfEvent = revision < 0 ? row?.legacy_id !== null : row?.revision === revision;
  if (row === null || !isOfEvent) {
    throw new PoisonEvent('rows-disagree', recorded, `event ${revision} carries no duration`);
  }
  transactions[place] = { ...row, duration, updated_at };
}

/** An event before the checkpoint must be in the tables. Otherwise the order of the store is broken. */
function requireApplied(loaded: LoadedRowsByUser, recorded: RecordedEvent): void {
  const user = loaded.get(userOfStream(recorded.stream) ?? '');
  if (user?.isParked === true) return;
  const account = user?.account;
  if (account == null || account.revision < recorded.revision) {
    throw new PoisonEvent('order-broken', recorded, 'comes behind a later event');
  }
}
