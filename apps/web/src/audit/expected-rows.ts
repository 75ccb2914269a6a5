import type { PointTransactionItem, StoredEvent, TransactionType } from '#contracts';
import { parseEventDetails, type EventDetails } from './event-details.js';

/** A row that an event must have produced: rows follow from one event alone. */
export interface ExpectedRow {
  readonly type: TransactionType;
  readonly amount: number;
  readonly balanceBefore: number;
  readonly balanceAfter: number;
  /** null: no batch is told. */
  readonly batchId: number | null;
}

/** An expected row and the row found for it; `actual` is null if the read tables do not have it. */
export interface MatchedRow {
  readonly expected: ExpectedRow;
  readonly actual: PointTransactionItem | null;
}

export function expectedRows(event: StoredEvent): readonly ExpectedRow[] {
  const details = parseEventDetails(event);
  return details === null
    ? []
    : withBalances(rowsWithoutBalances(details), event.data.balanceAfter);
}

type RowWithoutBalances = Pick<ExpectedRow, 'type' | 'amount' | 'batchId'>;

function rowsWithoutBalances(details: EventDetails): readonly RowWithoutBalances[] {
  switch (details.type) {
    case 'PointsRecharged':
      return [{ type: 'recharge', amount: details.points, batchId: details.batchId }];
    case 'PointsConsumed':
      return details.draws.map(({ points, batchId }) => ({
        type: 'consume',
        amount: points,
        batchId,
      }));
    case 'PointsRefunded':
    case 'RechargeReinstated':
      return details.returns.map(({ points, into }) => ({
        type: 'refund',
        amount: points,
        batchId: into,
      }));
    case 'DebtCollected': {
      const type = details.consumptionId === null ? 'expire' : 'consume';
      return details.draws.map(({ points, batchId }) => ({ type, amount: points, batchId }));
    }
    case 'RechargeReversed':
      if (details.points === 0) return [];
      return [{ type: 'expire', amount: details.points, batchId: details.batchId }];
    case 'PointsExpired':
      return [{ type: 'expire', amount: details.points, batchId: details.batchId }];
    case 'AccountOpened': {
      const row = details.adjusted?.row ?? null;
      return row === null ? [] : [{ type: row.type, amount: row.amount, batchId: null }];
    }
    // Rows of another service have times of their own, and are too many to be shown here.
    case 'LegacyRowsImported':
    case 'AccountImported':
    case 'AccountHandedBack':
    case 'ConsumptionExtended':
    case 'ConsumptionSettled':
    case 'DebtForgiven':
    case 'CommandRefused':
      return [];
  }
}

const changeOf = ({ type, amount }: RowWithoutBalances): number =>
  type === 'recharge' || type === 'refund' ? amount : -amount;

function withBalances(
  rows: readonly RowWithoutBalances[],
  balanceAfter: number,
): readonly ExpectedRow[] {
  let balance = balanceAfter - rows.reduce((sum, row) => sum + changeOf(row), 0);
  return rows.map((row) => {
    const balanceBefore = balance;
    balance += changeOf(row);
    return { ...row, balanceBefore, balanceAfter: balance };
  });
}

/** Finds the rows of each event in the read tables, oldest first. */
export function matchRows(
  events: readonly StoredEvent[],
  rows: readonly PointTransactionItem[],
): ReadonlyMap<number, readonly MatchedRow[]> {
  const unmatched = [...rows].sort((a, b) => a.id - b.id);
  const takeMatch = (event: StoredEvent, expected: ExpectedRow): PointTransactionItem | null => {
    const at = unmatched.findIndex((row) => row.created_at === event.at && isMatch(row, expected));
    return at < 0 ? null : (unmatched.splice(at, 1)[0] ?? null);
  };
  const oldestFirst = [...events].sort((a, b) => a.revision - b.revision);
  return new Map(
    oldestFirst.map((event) => [
      event.revision,
      expectedRows(event).map((expected) => ({ expected, actual: takeMatch(event, expected) })),
    ]),
  );
}

const isMatch = (row: PointTransactionItem, expected: ExpectedRow): boolean =>
  row.type === expected.type &&
  row.amount === expected.amount &&
  row.balance_before === expected.balanceBefore &&
  row.balance_after === expected.balanceAfter &&
  row.batch_id === expected.batchId;
