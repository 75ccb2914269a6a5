import { useCallback, useEffect, useMemo, useState } from 'react';
import type { UsageByDay, UsageBySourceType } from '#contracts';
import type { LedgerApi } from '../api/ledger-api.js';
import { useAsked, type Asked } from '../api/use-asked.js';
import { addDays, dayAfter, dayOf, startOfDay } from '../format/days.js';
import { timeZone } from '../format/time.js';
import { EVERYTHING, askFor, type Filter } from '../place/filter.js';
import type { Bar } from './day-bars.js';

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

export interface DayUsage {
  readonly bar: Bar;
  readonly items: UsageBySourceType['items'];
}

/** Who runs over the columns does not ask for each of them. */
const REST_MS = 120;

/** What each business consumed on the day that is pointed at; null: on none, or not known yet. */
export function useUsageOfDay(api: LedgerApi, bar: Bar | null): DayUsage | null {
  const [known, setKnown] = useState<DayUsage | null>(null);
  useEffect(() => {
    if (bar === null) return;
    const leave = new AbortController();
    const ask = async (): Promise<void> => {
      const span = { from: startOfDay(bar.from), to: startOfDay(dayAfter(bar.to)) };
      const answer = await api.usageByBusiness(span, leave.signal);
      if (answer.ok && !leave.signal.aborted) setKnown({ bar, items: answer.value.items });
    };
    const timer = window.setTimeout(() => void ask(), REST_MS);
    return () => {
      window.clearTimeout(timer);
      leave.abort();
    };
  }, [api, bar]);
  return bar === null ? null : known;
}
