import type { PointTransactionItem, TransactionsPage } from '#contracts';
import type { Failure } from '../api/failure.js';
import { matchesFilter, type Filter } from '../routing/filter.js';

/** What is on the page: rows newest first, each once, without a gap between the first and the last. */
export interface Statement {
  readonly filter: Filter;
  readonly rows: readonly PointTransactionItem[];
  /** undefined: the first page is not there yet. null: there are no older rows. */
  readonly nextCursor: string | null | undefined;
  /** Of the page that was asked for last. */
  readonly failure: Failure | null;
  /** Rows that came by themselves, while the reader was here. */
  readonly arrived: ReadonlySet<number>;
}

export type StatementAction =
  | { readonly type: 'filtered'; readonly filter: Filter }
  | { readonly type: 'paged'; readonly of: Filter; readonly page: TransactionsPage }
  | { readonly type: 'failed'; readonly of: Filter; readonly failure: Failure }
  | { readonly type: 'retried' }
  | { readonly type: 'heard'; readonly rows: readonly PointTransactionItem[] }
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
      // An answer to what was asked before the reader chose another filter.
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
    case 'heard':
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

/** Newest first, each once: of two tellings of one row the later one. */
export function mergeRows(
  known: readonly PointTransactionItem[],
  added: readonly PointTransactionItem[],
): readonly PointTransactionItem[] {
  const rows = new Map(known.map((row) => [row.id, row]));
  for (const row of added) rows.set(row.id, newerOf(rows.get(row.id), row));
  return [...rows.values()].sort((a, b) => b.id - a.id);
}

/** Rows that are there may be told anew (a settlement fills in the seconds); no row is added. */
function updateRows(
  known: readonly PointTransactionItem[],
  newer: readonly PointTransactionItem[],
): readonly PointTransactionItem[] {
  const told = new Map(newer.map((row) => [row.id, row]));
  const hasChanged = known.some((row) => newerOf(row, told.get(row.id) ?? row) !== row);
  return hasChanged ? known.map((row) => newerOf(row, told.get(row.id) ?? row)) : known;
}

const newerOf = (
  known: PointTransactionItem | undefined,
  told: PointTransactionItem,
): PointTransactionItem =>
  known === undefined || told.updated_at > known.updated_at ? told : known;
