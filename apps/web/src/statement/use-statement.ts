import { useCallback, useEffect, useReducer, useRef, useState } from 'react';
import type { PointTransactionItem } from '#contracts';
import { backOffMs } from '../api/back-off.js';
import { passes } from '../api/failure.js';
import type { LedgerApi } from '../api/ledger-api.js';
import { useWhenBack } from '../api/use-asked.js';
import { filterParams, isUnfiltered, type Filter } from '../routing/filter.js';
import { changeStatement, emptyStatement, type Statement } from './statement.js';

const PAGE = '50';
/** How many of the rows may be told anew. */
const NEWEST = '100';
const BACK_OFF = { msMin: 1_000, msMax: 30_000 };

export interface StatementView extends Statement {
  readonly isLoading: boolean;
  /** Behind it, rows come by themselves; null: not known yet. */
  readonly liveAfter: number | null;
  readonly more: () => void;
  readonly retry: () => void;
  readonly hear: (rows: readonly PointTransactionItem[]) => void;
  /** Tells the newest rows anew: a settlement may have filled in their seconds. */
  readonly refresh: () => void;
}

/** `filter` has to be the same object as long as it says the same. */
export function useStatement(api: LedgerApi, filter: Filter): StatementView {
  const [statement, change] = useReducer(changeStatement, filter, emptyStatement);
  const [isLoading, setIsLoading] = useState(true);
  const [liveAfter, setLiveAfter] = useState<number | null>(null);
  const [round, setRound] = useState(0);
  const [cursor, setCursor] = useState<string | null>(null);
  const attempts = useRef(0);
  const isOfFilter = statement.filter === filter;

  useEffect(() => {
    if (isOfFilter) return;
    setCursor(null);
    change({ type: 'filtered', filter });
  }, [filter, isOfFilter]);

  useEffect(() => {
    if (!isOfFilter) return;
    const leave = new AbortController();
    const { signal } = leave;
    let timer: number | undefined;
    const load = async (): Promise<void> => {
      setIsLoading(true);
      // Nothing may be lost between the first page and the first row that comes by itself: what is
      // followed begins at a row that was there before the page was asked for.
      const newest = liveAfter === null ? await newestRow(api, filter, signal) : null;
      if (newest !== null && !newest.ok) return fail(newest.failure);
      const params = cursor === null ? filterParams(filter) : { ...filterParams(filter), cursor };
      const answer = await api.transactions({ ...params, limit: PAGE }, signal);
      if (signal.aborted) return;
      if (!answer.ok) return fail(answer.failure);
      attempts.current = 0;
      change({ type: 'paged', of: filter, page: answer.value });
      setIsLoading(false);
      if (liveAfter === null) setLiveAfter(newest?.value ?? answer.value.items[0]?.id ?? 0);
    };
    const fail = (failure: Parameters<typeof passes>[0]): void => {
      if (signal.aborted) return;
      change({ type: 'failed', of: filter, failure });
      setIsLoading(false);
      if (!passes(failure) || attempts.current >= ATTEMPTS_MAX) return;
      const ms = failure.retryMs ?? backOffMs(attempts.current, BACK_OFF, Math.random());
      attempts.current += 1;
      timer = window.setTimeout(() => setRound((count) => count + 1), ms);
    };
    void load();
    return () => {
      leave.abort();
      window.clearTimeout(timer);
    };
    // liveAfter is asked for once; when it comes, nothing has to be loaded again.
  }, [api, filter, isOfFilter, cursor, round]);

  const retry = useCallback(() => {
    attempts.current = 0;
    change({ type: 'retried' });
    setRound((count) => count + 1);
  }, []);
  useWhenBack(retry, statement.failure !== null && passes(statement.failure));
  const hear = useCallback(
    (rows: readonly PointTransactionItem[]) => change({ type: 'heard', rows }),
    [],
  );
  const more = useCallback(() => {
    const { nextCursor, failure } = statement;
    if (typeof nextCursor === 'string' && failure === null) setCursor(nextCursor);
  }, [statement]);
  const refresh = useRefresh(api, filter, change);
  const shown = isOfFilter ? statement : emptyStatement(filter);
  return { ...shown, isLoading, liveAfter, more, retry, hear, refresh };
}

const ATTEMPTS_MAX = 25;

/** null: the first page itself tells it. */
async function newestRow(api: LedgerApi, filter: Filter, signal: AbortSignal) {
  if (isUnfiltered(filter)) return null;
  const answer = await api.transactions({ limit: '1' }, signal);
  return answer.ok ? { ok: true as const, value: answer.value.items[0]?.id ?? 0 } : answer;
}

function useRefresh(
  api: LedgerApi,
  filter: Filter,
  change: (change: Parameters<typeof changeStatement>[1]) => void,
): () => void {
  const leaving = useRef<AbortController | null>(null);
  useEffect(() => () => leaving.current?.abort(), [api, filter]);
  return useCallback(() => {
    leaving.current?.abort();
    const leave = new AbortController();
    leaving.current = leave;
    void api
      .transactions({ ...filterParams(filter), limit: NEWEST }, leave.signal)
      .then((answer) => {
        if (answer.ok && !leave.signal.aborted)
          change({ type: 'updated', rows: answer.value.items });
      });
  }, [api, filter, change]);
}
