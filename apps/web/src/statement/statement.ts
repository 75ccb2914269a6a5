import type { PointTransactionItem, TransactionsPage } from '#contracts';
import type { Failure } from '../api/failure.js';
import { matchesFilter, type Filter } from '../routing/filter.js';

/** The loaded rows: newest first, each once, without a gap. */
export interface Statement {
  readonly filter: Filter;
  readonly rows: readonly PointTransactionItem[];
  /** undefined before the first page is loaded, null when there are no older rows. */
  readonly nextCursor: string | null | undefined;
  /** The failure of the last request, if any. */
  readonly failure: Failure | null;
  /** Rows that arrived by live updates. */
  readonly arrived: ReadonlySet<number>;
}

export type StatementAction =
  | { readonly type: 'filtered'; readonly filter: Filter }
  | { readonly type: 'paged'; readonly of: Filter; readonly page: TransactionsPage }
  | { readonly type: 'failed'; readonly of: Filter; readonly failure: Failure }
  | { readonly type: 'retried' }
  | { readonly type: 'arrived'; readonly rows: readonly PointTransactionItem[] }
  | { readonly type: 'updated'; readonly rows: readonly PointTransactionItem[] };

export const emptyStatement = (filter: Filter): Statement => ({
  filter,
  rows: [],
  nextCursor: undefined,
  failure: null,
  arrived: new Set(),
});

export function statementReducer(statement: Statement, action: StatementAction): Statement {
  switch (action.type) {
    case 'filtered':
      return emptyStatement(action.filter);
    case 'paged':
      // A late answer for the previous filter.
      if (action.of !== statement.filter) return statement;
      return {
        ...statement,
        rows: mergeRows(statement.rows, action.page.items),
        nextCursor: action.page.next_cursor,
        failure: null,
      };
    case 'failed':
      return action.of === statement.filter ? { ...statement, failure: action.failure } : statement;
    case 'retried':
      return { ...statement, failure: null };
    case 'arrived':
      return addArrivedRows(statement, action.rows);
    case 'updated':
      return { ...statement, rows: updateRows(statement.rows, action.rows) };
  }
}

function addArrivedRows(statement: Statement, newRows: readonly PointTransactionItem[]): Statement {
  const known = new Set(statement.rows.map(({ id }) => id));
  const rows = newRows.filter((row) => !known.has(row.id) && matchesFilter(row, statement.filter));
  if (rows.length === 0) return statement;
  const arrived = new Set([...statement.arrived, ...rows.map(({ id }) => id)]);
  return { ...statement, arrived, rows: mergeRows(statement.rows, rows) };
}

/** Newest first, each once; of two versions of a row the later one. */
export function mergeRows(
  known: readonly PointTransactionItem[],
  added: readonly PointTransactionItem[],
): readonly PointTransactionItem[] {
  const rows = new Map(known.map((row) => [row.id, row]));
  for (const row of added) rows.set(row.id, newerOf(rows.get(row.id), row));
  return [...rows.values()].sort((a, b) => b.id - a.id);
}

/** Updates known rows (a settlement fills in the duration) without adding any. */
function updateRows(
  known: readonly PointTransactionItem[],
  newer: readonly PointTransactionItem[],
): readonly PointTransactionItem[] {
  const byId = new Map(newer.map((row) => [row.id, row]));
  const hasChanged = known.some((row) => newerOf(row, byId.get(row.id) ?? row) !== row);
  return hasChanged ? known.map((row) => newerOf(row, byId.get(row.id) ?? row)) : known;
}

const newerOf = (
  known: PointTransactionItem | undefined,
  candidate: PointTransactionItem,
): PointTransactionItem =>
  known === undefined || candidate.updated_at > known.updated_at ? candidate : known;
