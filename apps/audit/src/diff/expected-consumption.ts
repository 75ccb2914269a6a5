import type {
  AccountOpened,
  ConsumptionExtended,
  ConsumptionSettled,
  DebtCollected,
  DebtForgiven,
  PointsConsumed,
  PointsRefunded,
} from '#ledger';
import { canonicalJson, type Row } from './row-differences.js';

/** The expected row of a consumption. The ids of statement rows are not known from the events. */
export interface ExpectedConsumption {
  readonly user_id: string;
  readonly revision: number;
  readonly consumption_id: string;
  readonly source_type: string;
  readonly source_id: string | null;
  status: 'open' | 'closed' | 'settled' | 'cancelled' | 'timed_out';
  estimate: number | null;
  actual: number | null;
  drawn: number;
  refunded: number;
  duration: number | null;
  settle_by: string | null;
  readonly opened_at: string;
  closed_at: string | null;
  readonly row_count: number;
  charged: number | null;
  owed: number;
  uncollected: number;
  quantity: number | null;
  readonly price: string | null;
  /** The revision of the event whose first row carries the duration. */
  durationOf: number;
  /** The first of its legacy rows that is shown; null: none is. undefined: it began here. */
  readonly legacyRow?: RowPlace | null;
}

/** The event and the line of a row. */
export interface RowPlace {
  readonly revision: number;
  readonly line: number;
}

/** Gives the id of a row of the statement, the first of its event where no line is named. */
export type RowIdOf = (revision: number, line?: number) => number | undefined;

/** What the tables have in place of the id of a row that is not shown. */
const NO_ROW = 0;

export function beginConsumption(
  user: string,
  revision: number,
  event: PointsConsumed,
): ExpectedConsumption {
  const isOpen = event.settleBy !== null;
  return {
    user_id: user,
    revision,
    consumption_id: event.consumptionId,
    source_type: event.sourceType,
    source_id: event.sourceId,
    status: isOpen ? 'open' : 'closed',
    estimate: isOpen ? event.points : null,
    actual: isOpen ? null : event.points,
    drawn: event.points,
    refunded: 0,
    duration: isOpen ? null : event.duration,
    settle_by: event.settleBy,
    opened_at: event.at,
    closed_at: isOpen ? null : event.at,
    row_count: event.draws.length,
    charged: isOpen ? null : event.points,
    owed: 0,
    uncollected: 0,
    quantity: event.quantity,
    price: event.price === null ? null : canonicalJson(event.price),
    durationOf: revision,
  };
}

export function applyCharge(
  consumption: ExpectedConsumption,
  revision: number,
  event: PointsConsumed,
): void {
  consumption.drawn += event.points;
  if (consumption.status === 'timed_out') consumption.durationOf = revision;
}

export function applyExtension(
  consumption: ExpectedConsumption,
  { estimated, settleBy, quantity }: ConsumptionExtended,
): void {
  consumption.estimate = estimated;
  consumption.settle_by = settleBy;
  consumption.quantity = quantity;
}

/** What is paid late counts as drawn. */
export function applyCollection(consumption: ExpectedConsumption, { points }: DebtCollected): void {
  consumption.drawn += points;
  consumption.charged = (consumption.charged ?? 0) + points;
  consumption.owed -= points;
}

export function applyForgiving(consumption: ExpectedConsumption, { points }: DebtForgiven): void {
  consumption.owed -= points;
}

export function applyRefund(consumption: ExpectedConsumption, event: PointsRefunded): void {
  consumption.refunded += event.points;
  if (event.cause !== 'cancelled' && event.cause !== 'timed_out') return;
  consumption.status = event.cause;
  consumption.closed_at = event.at;
  if (event.cause === 'cancelled') consumption.actual = consumption.charged = 0;
}

export function applySettlement(consumption: ExpectedConsumption, event: ConsumptionSettled): void {
  consumption.status = 'settled';
  consumption.actual = event.actual;
  consumption.duration = event.duration;
  consumption.closed_at = event.at;
  consumption.charged = event.charged;
  consumption.owed = event.owed;
  consumption.uncollected = event.uncollected;
  consumption.quantity = event.quantity;
}

/** What an account was opened with. */
export function openedConsumption(
  user: string,
  of: number,
  one: AccountOpened['closed'][number] | AccountOpened['open'][number],
  legacyRow: RowPlace | null,
): ExpectedConsumption {
  const points = one.draws.reduce((sum, draw) => sum + draw.points, 0);
  const open = 'settleBy' in one ? one : null;
  const settledAt = 'settledAt' in one ? one.settledAt : null;
  return {
    user_id: user,
    revision: of,
    consumption_id: one.consumptionId,
    source_type: one.sourceType,
    source_id: one.sourceId,
    status: open === null ? 'closed' : 'open',
    estimate: open === null ? null : points,
    actual: open === null ? points : null,
    drawn: points,
    refunded: 0,
    duration: null,
    settle_by: open?.settleBy ?? null,
    opened_at: open?.at ?? settledAt ?? '',
    closed_at: settledAt,
    row_count: 0,
    charged: open === null ? points : null,
    owed: 0,
    uncollected: 0,
    quantity: null,
    price: null,
    durationOf: of,
    legacyRow,
  };
}

/** Where `rowIdOf` gives undefined there is no such row, which is reported by itself. */
export function consumptionRow(
  { durationOf, legacyRow, ...row }: ExpectedConsumption,
  rowIdOf: RowIdOf,
): Row {
  const idOf = (of: number): number | undefined => {
    if (of >= 0) return rowIdOf(of);
    return legacyRow == null ? NO_ROW : rowIdOf(legacyRow.revision, legacyRow.line);
  };
  const first = idOf(row.revision);
  const duration = idOf(durationOf);
  return {
    ...row,
    ...(first !== undefined && { first_row: first }),
    ...(duration !== undefined && { duration_row: duration }),
  };
}
