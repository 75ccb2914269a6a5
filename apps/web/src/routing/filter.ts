import {
  TRANSACTION_TYPES,
  businessCode,
  parseWith,
  sourceId,
  type PointTransactionItem,
  type TransactionType,
} from '#contracts';
import { nextDay, isCalendarDay, startOfDay } from '../format/days.js';

/** The filter of the statement. Days are in the reader's time zone, both inclusive. */
export interface Filter {
  readonly type: TransactionType | null;
  /** The code of a business. */
  readonly business: string | null;
  /** The id of a task or an order. */
  readonly source: string | null;
  readonly from: string | null;
  readonly to: string | null;
}

export const NO_FILTER: Filter = {
  type: null,
  business: null,
  source: null,
  from: null,
  to: null,
};

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
    business: valid(businessCode, params.get('business')),
    source: parseSource(params.get('source') ?? ''),
    from: day('from'),
    to: day('to'),
  };
}

/** The id of a task or an order as a reader gives it, or null when there is none. */
export const parseSource = (text: string): string | null => valid(sourceId, text.trim());

function valid<T>(schema: Parameters<typeof parseWith<T>>[0], text: unknown): T | null {
  const parsed = parseWith(schema, text);
  return parsed.ok ? parsed.value : null;
}

/** The query parameters of the API: `from` inclusive, `to` exclusive, both instants. */
export function filterParams({
  type,
  business,
  source,
  from,
  to,
}: Filter): Readonly<Record<string, string>> {
  return {
    ...(type !== null && { type }),
    ...(business !== null && { source_type: business }),
    ...(source !== null && { source_id: source }),
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
    (filter.source === null || row.source_id === filter.source) &&
    (from === undefined || row.created_at >= from) &&
    (to === undefined || row.created_at < to)
  );
}
