import { useCallback, useMemo } from 'react';
import type { UsageByDay, UsageBySourceType } from '#contracts';
import type { LedgerApi } from '../api/ledger-api.js';
import { useAsked, type Asked } from '../api/use-asked.js';
import { addDays, dayOf } from '../format/days.js';
import { timeZone } from '../format/time.js';
import { EVERYTHING, askFor, type Filter } from '../place/filter.js';

export const DAYS_SHOWN = 30;

export interface UsageView {
  readonly days: Asked<UsageByDay>;
  readonly businesses: Asked<UsageBySourceType>;
  /** Days where the reader is, both inclusive. */
  readonly from: string;
  readonly to: string;
  /** No span was chosen: it is the last days. */
  readonly isRecent: boolean;
}

/** What was consumed in the time that is filtered, or lately. */
export function useUsage(api: LedgerApi, { from: first, to: last }: Filter): UsageView {
  const to = last ?? dayOf(new Date());
  const from = first ?? addDays(to, 1 - DAYS_SHOWN);
  const params = useMemo(
    () => ({ ...askFor({ ...EVERYTHING, from, to }), tz: timeZone() }),
    [from, to],
  );
  const days = useAsked(useCallback((signal) => api.usageByDay(params, signal), [api, params]));
  const businesses = useAsked(
    useCallback((signal) => api.usageByBusiness(params, signal), [api, params]),
  );
  return { days, businesses, from, to, isRecent: first === null && last === null };
}
