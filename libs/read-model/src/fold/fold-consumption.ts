import type { RecordedEvent } from '#event-store';

import type { ConsumptionChange } from './event-rows.js';
import { PoisonEvent } from './poison-event.js';
import type { LoadedRows } from './loaded-rows.js';
import type { AccountRow, ConsumptionRow } from '../schema/tables.js';

interface ConsumptionStep {
  readonly user: LoadedRows;
  readonly recorded: RecordedEvent;
  readonly account: AccountRow;
  readonly change: ConsumptionChange;
  /** The rows of the event: the id of the first, and their number. */
  readonly firstRow: number;
  readonly rowCount: number;
}

type Change<K extends ConsumptionChange['kind']> = Extract<ConsumptionChange, { kind: K }>;

/** Also updates the held points of the account, which are those of its open pre-deductions. */
export function foldConsumption(step: ConsumptionStep): ConsumptionRow {
  const { change } = step;
  switch (change.kind) {
    case 'begun':
      return begin(step, change);
    case 'charged':
      return charge(step, change);
    case 'extended':
      return extend(step, change);
    case 'forgiven':
      return forgive(step, change);
    case 'refunded':
      return refund(step, change);
    case 'settled':
      return settle(step, change);
  }
}

function begin(step: ConsumptionStep, change: Change<'begun'>): ConsumptionRow {
  const { account, firstRow, rowCount } = step;
  const { of, points, settle_by, duration, consumption_id, source_type, source_id } = change;
  const { quantity, price } = change;
  const { user_id, updated_at: at } = account;
  const open = settle_by !== null;
  if (open) account.held += points;
  const consumption: ConsumptionRow = {
    user_id,
    revision: of,
    consumption_id,
    source_type,
    source_id,
    status: open ? 'open' : 'closed',
    estimate: open ? points : null,
    actual: open ? null : points,
    drawn: points,
    refunded: 0,
    duration: open ? null : duration,
    settle_by,
    opened_at: at,
    closed_at: open ? null : at,
    first_row: firstRow,
    row_count: rowCount,
    duration_row: firstRow,
    charged: open ? null : points,
    owed: 0,
    uncollected: 0,
    quantity,
    price,
  };
  step.user.consumptions.set(of, consumption);
  return consumption;
}

/**
 * A settlement charges what exceeds the estimate, or everything when the pre-deduction timed out. An
 * extension holds more, and a debt is paid once the consumption is settled.
 */
function charge(step: ConsumptionStep, { of, points, by }: Change<'charged'>): ConsumptionRow {
  const consumption = requireConsumption(step, of);
  const { status } = consumption;
  consumption.drawn += points;
  if (by === 'collection' && status === 'settled') {
    consumption.charged = (consumption.charged ?? 0) + points;
    return payDebt(step, consumption, points);
  }
  if (by !== 'collection' && status === 'open') step.account.held += points;
  else if (by === 'settlement' && status === 'timed_out') consumption.duration_row = step.firstRow;
  else throw rowsDisagree(step, `charges more to consumption ${of}, which is ${status}`);
  return consumption;
}

const forgive = (step: ConsumptionStep, { of, points }: Change<'forgiven'>): ConsumptionRow =>
  payDebt(step, requireConsumption(step, of), points);

function payDebt(
  step: ConsumptionStep,
  consumption: ConsumptionRow,
  points: number,
): ConsumptionRow {
  consumption.owed -= points;
  if (consumption.owed >= 0) return consumption;
  throw rowsDisagree(step, `takes more than consumption ${consumption.revision} owes`);
}

function extend(
  step: ConsumptionStep,
  { of, estimate, settle_by, quantity }: Change<'extended'>,
): ConsumptionRow {
  const consumption = requireConsumption(step, of);
  if (consumption.status !== 'open') {
    throw rowsDisagree(step, `extends consumption ${of}, which is ${consumption.status}`);
  }
  consumption.estimate = estimate;
  consumption.settle_by = settle_by;
  consumption.quantity = quantity;
  return consumption;
}

function refund(step: ConsumptionStep, { of, points, closes }: Change<'refunded'>): ConsumptionRow {
  const consumption = requireConsumption(step, of);
  consumption.refunded += points;
  if (consumption.refunded > consumption.drawn) {
    throw rowsDisagree(step, `gives back more than consumption ${of} drew`);
  }
  if (closes !== null && consumption.status !== 'open') {
    throw rowsDisagree(step, `closes consumption ${of}, which is ${consumption.status}`);
  }
  if (consumption.status === 'open') step.account.held -= points;
  if (closes === null) return consumption;
  consumption.status = closes;
  consumption.closed_at = step.account.updated_at;
  if (closes === 'cancelled') {
    consumption.actual = 0;
    consumption.charged = 0;
  }
  return consumption;
}

function settle(
  step: ConsumptionStep,
  { of, actual, duration, charged, owed, uncollected, quantity }: Change<'settled'>,
): ConsumptionRow {
  const consumption = requireConsumption(step, of);
  if (consumption.status === 'open') {
    step.account.held -= consumption.drawn - consumption.refunded;
  } else if (consumption.status !== 'timed_out') {
    throw rowsDisagree(step, `settles consumption ${of}, which is ${consumption.status}`);
  }
  consumption.status = 'settled';
  consumption.actual = actual;
  consumption.duration = duration;
  consumption.charged = charged;
  consumption.owed = owed;
  consumption.uncollected = uncollected;
  consumption.quantity = quantity;
  consumption.closed_at = step.account.updated_at;
  return consumption;
}

function requireConsumption({ user, recorded }: ConsumptionStep, of: number): ConsumptionRow {
  const consumption = user.consumptions.get(of);
  if (consumption === undefined) {
    throw new PoisonEvent('rows-disagree', recorded, `there is no consumption ${of}`);
  }
  return consumption;
}

const rowsDisagree = ({ recorded }: ConsumptionStep, detail: string): PoisonEvent =>
  new PoisonEvent('rows-disagree', recorded, detail);
