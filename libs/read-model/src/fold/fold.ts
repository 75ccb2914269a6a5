import type { RecordedEvent } from '#event-store';

import { userOfStream } from '#identity';
import type { BatchChange, DurationChange, EventRows, NewTransactionRow } from './event-rows.js';
import { foldConsumption } from './fold-consumption.js';
import { foldRecharge } from './fold-recharge.js';
import type { NewParkedAccount, Parking } from './parking.js';
import { PoisonEvent, toPoisonEvent } from './poison-event.js';
import type { DecodedEvent, DecodedBatch } from './decode-batch.js';
import type { LoadedRowsByUser, TransactionDuration, LoadedRows } from './loaded-rows.js';
import type { AccountRow, BatchRow, ConsumptionRow, RechargeRow } from '../schema/tables.js';
import { overflowInBatch, overflowInConsumption, overflowInRecharge } from './column-limits.js';

/** The rows of one table that a batch of events inserts and updates. */
export interface RowWrites<T> {
  readonly inserted: Set<T>;
  readonly updated: Set<T>;
}

export interface FoldedRows {
  readonly parked: NewParkedAccount[];
  /** Events of parked accounts. */
  skippedEvents: number;
  /** The rows get this id and the following ones. */
  readonly firstId: number;
  readonly transactions: NewTransactionRow[];
  /** Durations for rows that were written before this batch. */
  readonly durations: TransactionDuration[];
  readonly accounts: RowWrites<AccountRow>;
  readonly batches: RowWrites<BatchRow>;
  readonly consumptions: RowWrites<ConsumptionRow>;
  readonly recharges: RowWrites<RechargeRow>;
}

export const emptyFoldedRows = (firstId: number): FoldedRows => ({
  parked: [],
  skippedEvents: 0,
  firstId,
  transactions: [],
  durations: [],
  accounts: { inserted: new Set(), updated: new Set() },
  batches: { inserted: new Set(), updated: new Set() },
  consumptions: { inserted: new Set(), updated: new Set() },
  recharges: { inserted: new Set(), updated: new Set() },
});

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
  const place = consumption.duration_row - folded.firstId;
  if (place < 0) folded.durations.push({ ...change.duration, id: consumption.duration_row });
  else setDuration(folded.transactions, place, recorded, change.duration);
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
  const account = known ?? { user_id, balance: 0, held: 0, revision: -1, updated_at: at, owed: 0 };
  if (revision !== account.revision + 1) {
    throw new PoisonEvent('hole-in-stream', recorded, `the tables are at ${account.revision}`);
  }
  let expected = account.balance;
  for (const row of change.transactions) expected += row.balance_after - row.balance_before;
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
  transactions: NewTransactionRow[],
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

/** An event before the checkpoint must be in the tables. Otherwise the order of the store is broken. */
function requireApplied(loaded: LoadedRowsByUser, recorded: RecordedEvent): void {
  const user = loaded.get(userOfStream(recorded.stream) ?? '');
  if (user?.isParked === true) return;
  const account = user?.account;
  if (account == null || account.revision < recorded.revision) {
    throw new PoisonEvent('order-broken', recorded, 'comes behind a later event');
  }
}
