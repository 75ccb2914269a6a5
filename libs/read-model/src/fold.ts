import type { RecordedEvent } from '#event-store';

import type { BatchChange, DurationChange, EventRows, TransactionRow } from './event-rows.js';
import { changeConsumption } from './fold-consumption.js';
import type { Parked, Parking } from './parked.js';
import { PoisonEvent, poisonBy } from './poison.js';
import type { ProjectedEvent, ReadBatch } from './projected-event.js';
import { userOf } from './user-of.js';
import type {
  AccountRow,
  BatchRow,
  ConsumptionRow,
  TouchedRows,
  TransactionDuration,
  UserRows,
} from './tables.js';
import { overflowInBatch, overflowInConsumption } from './writable.js';

/** Rows of one table that a batch of events makes, and those from before that it changes. */
export interface Written<T> {
  readonly begun: Set<T>;
  readonly changed: Set<T>;
}

export interface Folded {
  readonly parked: Parked[];
  /** Events of parked accounts. */
  leftOut: number;
  /** Their ids are this one and those that follow it. */
  readonly firstId: number;
  readonly transactions: TransactionRow[];
  /** For rows that were written before this batch. */
  readonly durations: TransactionDuration[];
  readonly accounts: Written<AccountRow>;
  readonly batches: Written<BatchRow>;
  readonly consumptions: Written<ConsumptionRow>;
}

export const nothingFolded = (firstId: number): Folded => ({
  parked: [],
  leftOut: 0,
  firstId,
  transactions: [],
  durations: [],
  accounts: { begun: new Set(), changed: new Set() },
  batches: { begun: new Set(), changed: new Set() },
  consumptions: { begun: new Set(), changed: new Set() },
});

/** Carries events into the rows they touch, in order. Any disagreement is poison. */
export function fold(
  touched: TouchedRows,
  { fresh, parkings, repeated }: Pick<ReadBatch, 'fresh' | 'parkings' | 'repeated'>,
  folded: Folded,
): void {
  let from = 0;
  for (const { parking, place } of parkings) {
    foldEvents(touched, fresh.slice(from, place), folded);
    park(touched, parking, folded);
    from = place;
  }
  foldEvents(touched, from === 0 ? fresh : fresh.slice(from), folded);
  for (const recorded of repeated) refuseUnseen(touched, recorded);
}

function foldEvents(touched: TouchedRows, events: readonly ProjectedEvent[], folded: Folded): void {
  for (const event of events) {
    try {
      foldEvent(touched, event, folded);
    } catch (cause) {
      throw poisonBy('failed-fold', event.recorded, cause);
    }
  }
}

/** An account is parked once: what comes of it later is left out, whatever it is. */
function park(touched: TouchedRows, parking: Parking, folded: Folded): void {
  const user = touched.get(parking.userId);
  if (user === undefined) throw new Error('a bug: a parked account was not loaded');
  if (user.isParked) return;
  user.isParked = true;
  const next = (user.account?.revision ?? -1) + 1;
  folded.parked.push({ ...parking, revision: parking.revision ?? next });
}

function foldEvent(
  touched: TouchedRows,
  { recorded, rows: change }: ProjectedEvent,
  folded: Folded,
): void {
  const user = touched.get(change.account.user_id);
  if (user === undefined) throw new Error('a bug: the rows of an account were not loaded');
  if (user.isParked) {
    folded.leftOut += 1;
    return;
  }
  const firstRow = folded.firstId + folded.transactions.length;
  const rowCount = change.transactions.length;
  const account = changeAccount(user, recorded, change, folded);
  folded.transactions.push(...change.transactions);
  for (const batch of change.batches) changeBatch(user, recorded, change, batch, folded);
  if (change.consumption === null) return;
  const step = { user, recorded, account, change: change.consumption, firstRow, rowCount };
  const consumption = changeConsumption(step);
  refuseOverflow(recorded, overflowInConsumption(account, consumption));
  write(folded.consumptions, consumption, change.consumption.kind === 'begun');
  if (change.duration === null) return;
  const place = consumption.duration_row - folded.firstId;
  if (place < 0) folded.durations.push({ ...change.duration, id: consumption.duration_row });
  else fillIn(folded.transactions, place, recorded, change.duration);
}

function write<T>(written: Written<T>, row: T, begins: boolean): void {
  if (begins) written.begun.add(row);
  else if (!written.begun.has(row)) written.changed.add(row);
}

/** The account once the event is in: its revision is the last one + 1, and its balance agrees. */
function changeAccount(
  user: UserRows,
  recorded: RecordedEvent,
  change: EventRows,
  folded: Folded,
): AccountRow {
  const { user_id, revision, balance, at } = change.account;
  const known = user.account;
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
  user.account = account;
  write(folded.accounts, account, known === null);
  return account;
}

function changeBatch(
  user: UserRows,
  recorded: RecordedEvent,
  { account: { user_id, revision, at } }: EventRows,
  { batch_id, begins, came_in, remaining }: BatchChange,
  folded: Folded,
): void {
  const known = user.batches.get(batch_id);
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
  refuseOverflow(recorded, overflowInBatch(batch));
  if (known === undefined) user.batches.set(batch_id, batch);
  write(folded.batches, batch, known === undefined);
}

function refuseOverflow(recorded: RecordedEvent, fault: string | null): void {
  if (fault !== null) throw new PoisonEvent('unwritable-value', recorded, fault);
}

function fillIn(
  transactions: TransactionRow[],
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
function refuseUnseen(touched: TouchedRows, recorded: RecordedEvent): void {
  const user = touched.get(userOf(recorded.stream) ?? '');
  if (user?.isParked === true) return;
  const account = user?.account;
  if (account == null || account.revision < recorded.revision) {
    throw new PoisonEvent('order-broken', recorded, 'comes behind a later event');
  }
}
