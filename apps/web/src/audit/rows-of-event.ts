import type { PointTransactionItem, StoredEvent, TransactionType } from '#contracts';
import { factsOf, type EventFacts } from './event-facts.js';

/** A row that has to be there because of an event: rows follow from one event alone. */
export interface DueRow {
  readonly type: TransactionType;
  readonly amount: number;
  readonly balanceBefore: number;
  readonly balanceAfter: number;
  readonly batchId: number;
}

/** `row` null: the read tables do not have it. */
export interface MadeRow {
  readonly due: DueRow;
  readonly row: PointTransactionItem | null;
}

export function dueRows(event: StoredEvent): readonly DueRow[] {
  const facts = factsOf(event);
  return facts === null ? [] : withBalances(linesOf(facts), event.data.balanceAfter);
}

type Line = Pick<DueRow, 'type' | 'amount' | 'batchId'>;

function linesOf(facts: EventFacts): readonly Line[] {
  switch (facts.type) {
    case 'PointsRecharged':
      return [{ type: 'recharge', amount: facts.points, batchId: facts.batchId }];
    case 'PointsConsumed':
      return facts.draws.map(({ points, batchId }) => ({
        type: 'consume',
        amount: points,
        batchId,
      }));
    case 'PointsRefunded':
      return facts.returns.map(({ points, into }) => ({
        type: 'refund',
        amount: points,
        batchId: into,
      }));
    case 'PointsExpired':
      return [{ type: 'expire', amount: facts.points, batchId: facts.batchId }];
    case 'ConsumptionSettled':
    case 'CommandRefused':
      return [];
  }
}

const changeOf = ({ type, amount }: Line): number =>
  type === 'recharge' || type === 'refund' ? amount : -amount;

function withBalances(lines: readonly Line[], balanceAfter: number): readonly DueRow[] {
  let balance = balanceAfter - lines.reduce((sum, line) => sum + changeOf(line), 0);
  return lines.map((line) => {
    const balanceBefore = balance;
    balance += changeOf(line);
    return { ...line, balanceBefore, balanceAfter: balance };
  });
}

/** Finds for each event, oldest first, the rows that the read tables have of it. */
export function madeRows(
  events: readonly StoredEvent[],
  rows: readonly PointTransactionItem[],
): ReadonlyMap<number, readonly MadeRow[]> {
  const free = [...rows].sort((a, b) => a.id - b.id);
  const take = (event: StoredEvent, due: DueRow): PointTransactionItem | null => {
    const at = free.findIndex((row) => row.created_at === event.at && isThatRow(row, due));
    return at < 0 ? null : (free.splice(at, 1)[0] ?? null);
  };
  const inOrder = [...events].sort((a, b) => a.revision - b.revision);
  return new Map(
    inOrder.map((event) => [
      event.revision,
      dueRows(event).map((due) => ({ due, row: take(event, due) })),
    ]),
  );
}

const isThatRow = (row: PointTransactionItem, due: DueRow): boolean =>
  row.type === due.type &&
  row.amount === due.amount &&
  row.balance_before === due.balanceBefore &&
  row.balance_after === due.balanceAfter &&
  row.batch_id === due.batchId;
