import { useCallback, useEffect, useReducer, useState } from 'react';
import type { PointTransactionItem, StoredEvent } from '#contracts';
import type { Answer, Failure } from '../api/failure.js';
import type { LedgerApi } from '../api/ledger-api.js';
import { mergedEvents } from './merged-events.js';
import { merged } from '../statement/statement.js';

const PAGE = 30;
/** Of rows for one page of events: an event makes a row per draw, and may draw on many batches. */
const ROW_PAGES_MAX = 20;
const ROWS_PAGE = '100';

export interface Events {
  /** Newest first, without a gap. */
  readonly events: readonly StoredEvent[];
  readonly rows: readonly PointTransactionItem[];
  readonly isLoading: boolean;
  readonly isEmpty: boolean;
  readonly failure: Failure | null;
  /** null: the first event is there. */
  readonly more: (() => void) | null;
  readonly retry: () => void;
  /** Up to the newest event. */
  readonly refresh: () => void;
}

interface Read {
  readonly events: readonly StoredEvent[];
  readonly rows: readonly PointTransactionItem[];
}

const NOTHING_YET: Read = { events: [], rows: [] };
const joined = (read: Read, more: Read): Read => ({
  events: mergedEvents(read.events, more.events),
  rows: merged(read.rows, more.rows),
});

/** From the newest event back to the first, as far as the reader goes. */
export function useEvents(api: LedgerApi): Events {
  const [read, join] = useReducer(joined, NOTHING_YET);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [wanted, setWanted] = useState<{ readonly upTo: number | null }>({ upTo: null });
  const [news, setNews] = useState(0);
  const [isLoading, setIsLoading] = useState(true);
  const [isEmpty, setIsEmpty] = useState(false);
  const take = useCallback((answer: Answer<Read>, isNewest: boolean) => {
    setFailure(answer.ok ? null : answer.failure);
    if (!answer.ok) return;
    if (isNewest) setIsEmpty(answer.value.events.length === 0);
    join(answer.value);
  }, []);
  useEffect(() => {
    const leave = new AbortController();
    setIsLoading(true);
    setFailure(null);
    void readPage(api, wanted.upTo, leave.signal).then((answer) => {
      if (leave.signal.aborted) return;
      setIsLoading(false);
      take(answer, wanted.upTo === null);
    });
    return () => leave.abort();
  }, [api, wanted, take]);
  // Beside it: news that comes by itself must not call off a page that somebody asked for.
  useEffect(() => {
    if (news === 0) return;
    const leave = new AbortController();
    void readPage(api, null, leave.signal).then((answer) => {
      if (!leave.signal.aborted) take(answer, true);
    });
    return () => leave.abort();
  }, [api, news, take]);
  const oldest = read.events.at(-1)?.revision;
  const hasMore = oldest !== undefined && oldest > 0;
  return {
    ...read,
    isLoading,
    isEmpty,
    failure,
    more: hasMore ? () => setWanted({ upTo: oldest - 1 }) : null,
    retry: useCallback(() => setWanted((same) => ({ ...same })), []),
    refresh: useCallback(() => setNews((count) => count + 1), []),
  };
}

/** The API reads forwards; a page that ends at a revision begins so many before it. */
async function readPage(
  api: LedgerApi,
  upTo: number | null,
  signal: AbortSignal,
): Promise<Answer<Read>> {
  const state = upTo === null ? await api.state(null, signal) : null;
  if (state !== null && !state.ok) return state;
  const last = upTo ?? state?.value.revision ?? null;
  if (last === null) return { ok: true, value: NOTHING_YET };
  const after = last - PAGE;
  const limit = Math.min(PAGE, last + 1);
  const page = await api.events(
    { ...(after >= 0 && { after: String(after) }), limit: String(limit) },
    signal,
  );
  if (!page.ok) return page;
  const newest = page.value.items.at(-1)?.position;
  const uptodate = await rowsOf(api, page.value.items, signal, newest);
  // Tables that do not come after us are no reason to show nothing: their rows are told as missing.
  const rows = uptodate.ok ? uptodate : await rowsOf(api, page.value.items, signal);
  return rows.ok ? { ok: true, value: { events: page.value.items, rows: rows.value } } : rows;
}

async function rowsOf(
  api: LedgerApi,
  events: readonly StoredEvent[],
  signal: AbortSignal,
  position?: string,
): Promise<Answer<readonly PointTransactionItem[]>> {
  const [first] = events;
  const last = events.at(-1);
  if (first === undefined || last === undefined) return { ok: true, value: [] };
  const to = new Date(Date.parse(last.at) + 1).toISOString();
  const waited = position === undefined ? {} : { min_position: position };
  const span = { from: first.at, to, limit: ROWS_PAGE, ...waited };
  const rows: PointTransactionItem[] = [];
  let cursor: string | null = '';
  for (let page = 0; page < ROW_PAGES_MAX && cursor !== null; page += 1) {
    const answer: Awaited<ReturnType<LedgerApi['transactions']>> = await api.transactions(
      { ...span, ...(cursor !== '' && { cursor }) },
      signal,
    );
    if (!answer.ok) return answer;
    rows.push(...answer.value.items);
    cursor = answer.value.next_cursor;
  }
  return { ok: true, value: rows };
}
