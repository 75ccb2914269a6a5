import { useCallback, useMemo } from 'react';
import type { UsageByDayAndSourceType } from '#contracts';
import type { LedgerApi } from '../api/ledger-api.js';
import { useAsked, type Asked } from '../api/use-asked.js';
import { addDays, dayOf } from '../format/days.js';
import { timeZone } from '../format/time.js';
import { NO_FILTER, filterParams, type Filter } from '../routing/filter.js';

export const DAYS_SHOWN = 30;

export interface UsageView {
  readonly used: Asked<UsageByDayAndSourceType>;
  /** Days where the reader is, both inclusive. */
  readonly from: string;
  readonly to: string;
  /** No span was chosen: it is the last days. */
  readonly isRecent: boolean;
}

/** What was consumed in the time that is filtered, or lately. */
export function useUsage(
  api: LedgerApi,
  { from: first, to: last }: Filter,
  edition: number,
): UsageView {
  const to = last ?? dayOf(new Date());
  const from = first ?? addDays(to, 1 - DAYS_SHOWN);
  const params = useMemo(
    () => ({ ...filterParams({ ...NO_FILTER, from, to }), tz: timeZone() }),
    [from, to],
  );
  const used = useAsked(
    useCallback((signal) => api.usage(params, signal), [api, params]),
    edition,
  );
  return { used, from, to, isRecent: first === null && last === null };
}
