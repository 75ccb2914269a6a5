import {
  SOURCE_TYPES,
  TRANSACTION_TYPES,
  type PointTransactionItem,
  type SourceType,
  type TransactionType,
} from '#contracts';
import { nextDay, isCalendarDay, startOfDay } from '../format/days.js';

/** The filter of the statement. Days are in the reader's time zone, both inclusive. */
export interface Filter {
  readonly type: TransactionType | null;
  readonly business: SourceType | null;
  readonly from: string | null;
  readonly to: string | null;
}

export const NO_FILTER: Filter = { type: null, business: null, from: null, to: null };

export const isUnfiltered = (filter: Filter): boolean =>
  Object.values(filter).every((value) => value === null);

/** Invalid values in a URL are ignored. */
export function parseFilter(params: URLSearchParams): Filter {
  const day = (name: string): string | null => {
    const text = params.get(name) ?? '';
    return isCalendarDay(text) ? text : null;
  };
  return {
    type: TRANSACTION_TYPES.find((type) => type === params.get('type')) ?? null,
    business: SOURCE_TYPES.find((business) => business === params.get('business')) ?? null,
    from: day('from'),
    to: day('to'),
  };
}

/** The query parameters of the API: `from` inclusive, `to` exclusive, both instants. */
export function filterParams({
  type,
  business,
  from,
  to,
}: Filter): Readonly<Record<string, string>> {
  return {
    ...(type !== null && { type }),
    ...(business !== null && { source_type: business }),
    ...(from !== null && { from: startOfDay(from) }),
    ...(to !== null && { to: startOfDay(nextDay(to)) }),
  };
}

/** Whether the API would return this row for the filter. */
export function matchesFilter(row: PointTransactionItem, filter: Filter): boolean {
  const { from, to } = filterParams(filter);
  return (
    (filter.type === null || row.type === filter.type) &&
    (filter.business === null || row.source_type === filter.business) &&
    (from === undefined || row.created_at >= from) &&
    (to === undefined || row.created_at < to)
  );
}
