import { useCallback, useEffect, useReducer, useState } from 'react';
import type { PointTransactionItem, StoredEvent } from '#contracts';
import type { ApiResult, Failure } from '../api/failure.js';
import type { LedgerApi } from '../api/ledger-api.js';
import { mergeEvents } from './merge-events.js';
import { mergeRows } from '../statement/statement.js';

const PAGE_SIZE = 30;
/** Limit of row pages for one page of events: an event adds a row per draw, and may draw on many batches. */
const ROW_PAGES_MAX = 20;
const ROWS_PAGE_SIZE = '100';

export interface EventList {
  /** Newest first, without a gap. */
  readonly events: readonly StoredEvent[];
  readonly rows: readonly PointTransactionItem[];
  readonly isLoading: boolean;
  readonly isEmpty: boolean;
  readonly failure: Failure | null;
  /** null when the first event is loaded. */
  readonly more: (() => void) | null;
  readonly retry: () => void;
  /** Loads the newest events. */
  readonly refresh: () => void;
}

interface LoadedEvents {
  readonly events: readonly StoredEvent[];
  readonly rows: readonly PointTransactionItem[];
}

const NOTHING_LOADED: LoadedEvents = { events: [], rows: [] };
const mergeLoaded = (loaded: LoadedEvents, more: LoadedEvents): LoadedEvents => ({
  events: mergeEvents(loaded.events, more.events),
  rows: mergeRows(loaded.rows, more.rows),
});

/** Loads events from the newest backwards, page by page. */
export function useEvents(api: LedgerApi): EventList {
  const [loaded, addLoaded] = useReducer(mergeLoaded, NOTHING_LOADED);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [requested, setRequested] = useState<{ readonly upTo: number | null }>({ upTo: null });
  const [refreshes, setRefreshes] = useState(0);
  const [isLoading, setIsLoading] = useState(true);
  const [isEmpty, setIsEmpty] = useState(false);
  const applyResult = useCallback((result: ApiResult<LoadedEvents>, isNewest: boolean) => {
    setFailure(result.ok ? null : result.failure);
    if (!result.ok) return;
    if (isNewest) setIsEmpty(result.value.events.length === 0);
    addLoaded(result.value);
  }, []);
  useEffect(() => {
    const controller = new AbortController();
    setIsLoading(true);
    setFailure(null);
    void readPage(api, requested.upTo, controller.signal).then((result) => {
      if (controller.signal.aborted) return;
      setIsLoading(false);
      applyResult(result, requested.upTo === null);
    });
    return () => controller.abort();
  }, [api, requested, applyResult]);
  // A separate effect, because a live refresh must not cancel a page that the reader requested.
  useEffect(() => {
    if (refreshes === 0) return;
    const controller = new AbortController();
    void readPage(api, null, controller.signal).then((result) => {
      if (!controller.signal.aborted) applyResult(result, true);
    });
    return () => controller.abort();
  }, [api, refreshes, applyResult]);
  const oldest = loaded.events.at(-1)?.revision;
  const hasMore = oldest !== undefined && oldest > 0;
  return {
    ...loaded,
    isLoading,
    isEmpty,
    failure,
    more: hasMore ? () => setRequested({ upTo: oldest - 1 }) : null,
    retry: useCallback(() => setRequested((same) => ({ ...same })), []),
    refresh: useCallback(() => setRefreshes((count) => count + 1), []),
  };
}

/** The API pages forwards, so a page that ends at a revision starts PAGE_SIZE before it. */
async function readPage(
  api: LedgerApi,
  upTo: number | null,
  signal: AbortSignal,
): Promise<ApiResult<LoadedEvents>> {
  const state = upTo === null ? await api.state(null, signal) : null;
  if (state !== null && !state.ok) return state;
  const last = upTo ?? state?.value.revision ?? null;
  if (last === null) return { ok: true, value: NOTHING_LOADED };
  const after = last - PAGE_SIZE;
  const limit = Math.min(PAGE_SIZE, last + 1);
  const page = await api.events(
    { ...(after >= 0 && { after: String(after) }), limit: String(limit) },
    signal,
  );
  if (!page.ok) return page;
  const newest = page.value.items.at(-1)?.position;
  const current = await fetchRows(api, page.value.items, signal, newest);
  // If the read tables lag too far behind, the events are shown with their rows as missing.
  const rows = current.ok ? current : await fetchRows(api, page.value.items, signal);
  return rows.ok ? { ok: true, value: { events: page.value.items, rows: rows.value } } : rows;
}

async function fetchRows(
  api: LedgerApi,
  events: readonly StoredEvent[],
  signal: AbortSignal,
  position?: string,
): Promise<ApiResult<readonly PointTransactionItem[]>> {
  const [first] = events;
  const last = events.at(-1);
  if (first === undefined || last === undefined) return { ok: true, value: [] };
  const to = new Date(Date.parse(last.at) + 1).toISOString();
  const minPosition = position === undefined ? {} : { min_position: position };
  const params = { from: first.at, to, limit: ROWS_PAGE_SIZE, ...minPosition };
  const rows: PointTransactionItem[] = [];
  let cursor: string | null = '';
  for (let page = 0; page < ROW_PAGES_MAX && cursor !== null; page += 1) {
    const result: Awaited<ReturnType<LedgerApi['transactions']>> = await api.transactions(
      { ...params, ...(cursor !== '' && { cursor }) },
      signal,
    );
    if (!result.ok) return result;
    rows.push(...result.value.items);
    cursor = result.value.next_cursor;
  }
  return { ok: true, value: rows };
}
