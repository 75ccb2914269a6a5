import type { ExportQuery, TransactionsPage, TransactionsQuery } from '#contracts';
import type { StatementRow, RowCursor, TransactionFilter } from '#read-model';
import { invalidRequest } from '../common/problems/problem.js';
import { itemOf } from '../common/reads/response-items.js';
import type { PageCursors } from './page-cursor.js';

export const toFilter = ({
  type,
  source_type,
  source_id,
  from,
  to,
}: ExportQuery): TransactionFilter => ({
  ...(type !== undefined && { type }),
  ...(source_type !== undefined && { sourceType: source_type }),
  ...(source_id !== undefined && { sourceId: source_id }),
  ...(from !== undefined && { from }),
  ...(to !== undefined && { to }),
});

export interface RequestedPage {
  readonly filter: TransactionFilter;
  /** The last row of the previous page, or undefined for the first page. */
  readonly before?: RowCursor;
  readonly limit: number;
}

/** A cursor contains its filters. The query may repeat them, but must not change them. */
export function resolvePage(
  userId: string,
  query: TransactionsQuery,
  cursors: PageCursors,
): RequestedPage {
  const { cursor, limit } = query;
  const filter = toFilter(query);
  if (cursor === undefined) return { filter, limit };
  const opened = cursors.verify(cursor);
  if (opened?.userId !== userId)
    throw invalidCursor('must be the next_cursor of a page of this user');
  if (Object.keys(filter).length > 0 && !isSameFilter(filter, opened.filter)) {
    throw invalidCursor('has other filters than the query');
  }
  const before = typeof opened.before === 'number' ? { id: opened.before } : opened.before;
  return { filter: opened.filter, before, limit };
}

/** One row more than the limit shows whether there is a next page. */
export function toPage(
  userId: string,
  { filter, limit }: RequestedPage,
  rows: readonly StatementRow[],
  cursors: PageCursors,
): TransactionsPage {
  const shown = rows.slice(0, limit);
  const items = shown.map(itemOf);
  const last = shown.at(-1);
  if (rows.length <= limit || last === undefined) return { items, next_cursor: null };
  const { id, revision, line } = last;
  const before = { id, revision, line };
  return { items, next_cursor: cursors.sign({ userId, before, filter }) };
}

const isSameFilter = (a: TransactionFilter, b: TransactionFilter): boolean =>
  a.type === b.type &&
  a.sourceType === b.sourceType &&
  a.sourceId === b.sourceId &&
  a.from === b.from &&
  a.to === b.to;

const invalidCursor = (reason: string) => invalidRequest([{ field: 'cursor', reason }]);
