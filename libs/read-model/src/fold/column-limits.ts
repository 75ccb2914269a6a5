import { ID_MAX, SOURCE_ID_MAX, isOnCalendar } from '#ledger';

import type { ConsumptionChange, EventRows, RechargeChange } from './event-rows.js';
import type { ImportChange } from './import-change.js';
import type { AccountRow, BatchRow, ConsumptionRow, RechargeRow } from '../schema/tables.js';

// The limits of the columns. An event is checked against them before its rows are written, because the
// database rejects a whole write batch and does not say which event it can't store.
const INT2_MAX = 32_767;
const INT4_MAX = 2_147_483_647;

/** Describes the first value of an event that the tables can't hold. null: they can hold all of them. */
export function unwritableValueIn(rows: EventRows): string | null {
  const { account, transactions, batches, consumption, recharge, duration } = rows;
  if (!isOnCalendar(account.at)) return `there is no time ${account.at}`;
  if (account.balance > INT4_MAX) return `a balance of ${account.balance} is too large`;
  if (account.owed > INT4_MAX) return `a debt of ${account.owed} is too large`;
  for (const row of transactions) {
    if (row.amount > INT4_MAX) return `${row.amount} points are too many`;
    if (row.balance_before < 0) return `a balance of ${row.balance_before} is below zero`;
    if (row.balance_after > INT4_MAX) return `a balance of ${row.balance_after} is too large`;
  }
  const sourceId = transactions[0]?.source_id ?? null;
  if (sourceId !== null && !isText(sourceId, SOURCE_ID_MAX)) return 'its source id is no text';
  for (const { initial } of batches) {
    if (initial === null) continue;
    if (initial.priority > INT2_MAX) return `a priority of ${initial.priority} is too large`;
    if (initial.expires_at !== null && !isOnCalendar(initial.expires_at)) {
      return `there is no time ${initial.expires_at}`;
    }
  }
  if (rows.takeOver?.kind === 'opened') return unwritableInOpening(rows.takeOver);
  if (duration !== null && !Number.isFinite(duration.duration)) return 'its duration is no number';
  if (recharge !== null && recharge.kind !== 'reinstated') {
    const fault = unwritableInRecharge(recharge);
    if (fault !== null) return fault;
  }
  return consumption === null ? null : unwritableInConsumption(consumption);
}

/** Legacy rows were judged when they were made. */
function unwritableInOpening({
  held,
  batches,
  consumptions,
  recharges,
}: Extract<ImportChange, { readonly kind: 'opened' }>): string | null {
  if (held > INT4_MAX) return `${held} points held are too many`;
  for (const batch of batches) {
    const { expires_at, created_at } = batch;
    const fault = overflowInBatch(batch);
    if (fault !== null) return fault;
    for (const time of [created_at, expires_at ?? created_at]) {
      if (!isOnCalendar(time)) return `there is no time ${time}`;
    }
  }
  for (const { consumption } of consumptions) {
    const { consumption_id, source_id, opened_at, settle_by, drawn } = consumption;
    if (!isText(consumption_id, ID_MAX)) return 'a consumption id is no text';
    if (source_id !== null && !isText(source_id, SOURCE_ID_MAX)) return 'a source id is no text';
    if (drawn > INT4_MAX) return `${drawn} points are too many`;
    for (const time of [opened_at, settle_by ?? opened_at]) {
      if (!isOnCalendar(time)) return `there is no time ${time}`;
    }
  }
  for (const { recharge_id, source_id, points } of recharges) {
    if (!isText(recharge_id, ID_MAX)) return 'a recharge id is no text';
    if (source_id !== null && !isText(source_id, SOURCE_ID_MAX)) return 'a source id is no text';
    if (points > INT4_MAX) return `a recharge of ${points} points is too large`;
  }
  return null;
}

/** A reversal that takes nothing has no row of the statement, but may name the recharge for the first time. */
function unwritableInRecharge({
  recharge_id,
  source_id,
}: Exclude<RechargeChange, { readonly kind: 'reinstated' }>): string | null {
  if (!isText(recharge_id, ID_MAX)) return 'its recharge id is no text';
  if (source_id !== null && !isText(source_id, SOURCE_ID_MAX)) return 'its source id is no text';
  return null;
}

function unwritableInConsumption(change: ConsumptionChange): string | null {
  switch (change.kind) {
    case 'begun':
      return unwritableInBeginning(change);
    case 'extended':
      if (change.estimate > INT4_MAX) return `an estimate of ${change.estimate} is too large`;
      if (!isOnCalendar(change.settle_by)) return `there is no time ${change.settle_by}`;
      return quantityFault(change.quantity);
    case 'settled':
      for (const points of [change.actual, change.charged, change.owed, change.uncollected]) {
        if (points > INT4_MAX) return `a cost of ${points} is too large`;
      }
      return quantityFault(change.quantity);
    case 'charged':
    case 'forgiven':
    case 'refunded':
      return null;
  }
}

const quantityFault = (quantity: number | null): string | null =>
  quantity === null || Number.isFinite(quantity) ? null : 'its quantity is no number';

function unwritableInBeginning(
  change: Extract<ConsumptionChange, { readonly kind: 'begun' }>,
): string | null {
  if (!isText(change.consumption_id, ID_MAX)) return 'its consumption id is no text';
  if (change.settle_by !== null && !isOnCalendar(change.settle_by)) {
    return `there is no time ${change.settle_by}`;
  }
  if (change.points > INT4_MAX) return `${change.points} points are too many`;
  return quantityFault(change.quantity);
}

/** The same for the sums that result from an event. */
export function overflowInBatch({ batch_id, points, remaining }: BatchRow): string | null {
  if (remaining > INT4_MAX) return `batch ${batch_id} would have ${remaining} points left`;
  return Number.isSafeInteger(points) ? null : `the points of batch ${batch_id} are too many`;
}

export function overflowInConsumption(
  { held }: AccountRow,
  { revision, drawn }: ConsumptionRow,
): string | null {
  if (held > INT4_MAX) return `${held} points held are too many`;
  return Number.isSafeInteger(drawn) ? null : `consumption ${revision} drew too many points`;
}

export function overflowInRecharge({
  revision,
  points,
  reversed,
  reinstated,
}: RechargeRow): string | null {
  if (points > INT4_MAX) return `recharge ${revision} of ${points} points is too large`;
  const sums = [reversed, reinstated];
  return sums.every(Number.isSafeInteger) ? null : `recharge ${revision} was reversed too often`;
}

/** Postgres takes neither a zero character nor half of a surrogate pair. */
const NOT_FOR_POSTGRES = /[\0\p{Cs}]/u;

/** Postgres counts the length of a text in code points. */
function isText(value: string, charactersMax: number): boolean {
  if (value.length > charactersMax && [...value].length > charactersMax) return false;
  return !NOT_FOR_POSTGRES.test(value);
}
