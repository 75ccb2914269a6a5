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
  /** Days in the reader's time zone, both inclusive. */
  readonly from: string;
  readonly to: string;
  /** Whether no dates are filtered, so that the last RECENT_DAYS are shown. */
  readonly isRecent: boolean;
}

/** The usage of the filtered time, or of the last RECENT_DAYS. */
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
