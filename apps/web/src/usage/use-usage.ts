import { useCallback, useMemo } from 'react';
import type { UsageByDayAndSourceType } from '#contracts';
import type { LedgerApi } from '../api/ledger-api.js';
import { useQuery, type Query } from '../api/use-query.js';
import { addDays, formatDay } from '../format/days.js';
import { timeZone } from '../format/time.js';
import { NO_FILTER, filterParams, type Filter } from '../routing/filter.js';

export const RECENT_DAYS = 30;

export interface UsageView {
  readonly query: Query<UsageByDayAndSourceType>;
  /** Days where the reader is, both inclusive. */
  readonly from: string;
  readonly to: string;
  /** No span was chosen: it is the last days. */
  readonly isRecent: boolean;
}

/** What was consumed in the time that is filtered, or lately. */
export function useUsage(
  api: LedgerApi,
  { from: filterFrom, to: filterTo }: Filter,
  version: number,
): UsageView {
  const to = filterTo ?? formatDay(new Date());
  const from = filterFrom ?? addDays(to, 1 - RECENT_DAYS);
  const params = useMemo(
    () => ({ ...filterParams({ ...NO_FILTER, from, to }), tz: timeZone() }),
    [from, to],
  );
  const query = useQuery(
    useCallback((signal) => api.usage(params, signal), [api, params]),
    version,
  );
  return { query, from, to, isRecent: filterFrom === null && filterTo === null };
}
