import type { ExportQuery, PointTransactionItem, TransactionsQuery } from '#contracts';
import type { PageRequest, TransactionFilter } from '#read-model';
import { invalidRequest } from '../problems/problem.js';
import type { PageCursors } from './page-cursor.js';

export const filterOf = ({ type, source_type, from, to }: ExportQuery): TransactionFilter => ({
  ...(type !== undefined && { type }),
  ...(source_type !== undefined && { sourceType: source_type }),
  ...(from !== undefined && { from }),
  ...(to !== undefined && { to }),
});

/** A cursor brings its filters along; beside it they may be said again, but not otherwise. */
export function pageAsked(
  userId: string,
  query: TransactionsQuery,
  cursors: PageCursors,
): PageRequest {
  const { cursor, limit } = query;
  const filter = filterOf(query);
  if (cursor === undefined) return { ...filter, limit };
  const opened = cursors.open(cursor);
  if (opened?.userId !== userId) throw badCursor('must be the next_cursor of a page of this user');
  if (Object.keys(filter).length > 0 && !isSame(filter, opened.filter)) {
    throw badCursor('carries other filters than those beside it');
  }
  return { ...opened.filter, before: opened.before, limit };
}

export function nextCursor(
  userId: string,
  { before: _, limit: __, ...filter }: PageRequest,
  items: readonly PointTransactionItem[],
  cursors: PageCursors,
): string | null {
  const last = items.at(-1);
  return last === undefined ? null : cursors.seal({ userId, before: last.id, filter });
}

const isSame = (a: TransactionFilter, b: TransactionFilter): boolean =>
  a.type === b.type && a.sourceType === b.sourceType && a.from === b.from && a.to === b.to;

const badCursor = (reason: string) => invalidRequest([{ field: 'cursor', reason }]);
