import { useCallback, useEffect, useReducer, useRef, useState } from 'react';
import type { PointTransactionItem } from '#contracts';
import { isTemporary, type Failure } from '../api/failure.js';
import type { LedgerApi } from '../api/ledger-api.js';
import { useRetry } from '../api/use-retry.js';
import { useWhenOnline } from '../browser/use-when-online.js';
import { filterParams, isUnfiltered, type Filter } from '../routing/filter.js';
import {
  emptyStatement,
  statementReducer,
  type Statement,
  type StatementAction,
} from './statement.js';

const PAGE_SIZE = '50';
/** How many of the newest rows are refreshed. */
const REFRESHED_ROWS = '100';

export interface StatementView extends Statement {
  readonly isLoading: boolean;
  /** Live updates start after this row; null: not known yet. */
  readonly liveAfter: number | null;
  readonly more: () => void;
  readonly retry: () => void;
  readonly addRows: (rows: readonly PointTransactionItem[]) => void;
  /** Reloads the newest rows, whose duration a settlement may have filled in. */
  readonly refresh: () => void;
}

/** `filter` must be the same object while its values are the same. */
export function useStatement(api: LedgerApi, filter: Filter): StatementView {
  const [statement, dispatch] = useReducer(statementReducer, filter, emptyStatement);
  const [isLoading, setIsLoading] = useState(true);
  const [liveAfter, setLiveAfter] = useState<number | null>(null);
  const { attempt, succeeded, failed, restart } = useRetry();
  const [cursor, setCursor] = useState<string | null>(null);
  const isOfFilter = statement.filter === filter;

  useEffect(() => {
    if (isOfFilter) return;
    setCursor(null);
    dispatch({ type: 'filtered', filter });
  }, [filter, isOfFilter]);

  useEffect(() => {
    if (!isOfFilter) return;
    const controller = new AbortController();
    const { signal } = controller;
    const load = async (): Promise<void> => {
      setIsLoading(true);
      // No row may be lost between the first page and the live updates, so these start after a row
      // that existed before the page was requested.
      const newest = liveAfter === null ? await fetchNewestRowId(api, filter, signal) : null;
      if (newest !== null && !newest.ok) return fail(newest.failure);
      const params = cursor === null ? filterParams(filter) : { ...filterParams(filter), cursor };
      const result = await api.transactions({ ...params, limit: PAGE_SIZE }, signal);
      if (signal.aborted) return;
      if (!result.ok) return fail(result.failure);
      succeeded();
      dispatch({ type: 'paged', of: filter, page: result.value });
      setIsLoading(false);
      if (liveAfter === null) setLiveAfter(newest?.value ?? result.value.items[0]?.id ?? 0);
    };
    const fail = (failure: Failure): void => {
      if (signal.aborted) return;
      dispatch({ type: 'failed', of: filter, failure });
      setIsLoading(false);
      failed(failure, signal);
    };
    void load();
    return () => controller.abort();
    // liveAfter is determined once, and nothing is loaded again when it is known.
  }, [api, filter, isOfFilter, cursor, attempt, succeeded, failed]);

  const retry = useCallback(() => {
    dispatch({ type: 'retried' });
    restart();
  }, [restart]);
  useWhenOnline(retry, statement.failure !== null && isTemporary(statement.failure));
  const addRows = useCallback(
    (rows: readonly PointTransactionItem[]) => dispatch({ type: 'arrived', rows }),
    [],
  );
  const more = useCallback(() => {
    const { nextCursor, failure } = statement;
    if (typeof nextCursor === 'string' && failure === null) setCursor(nextCursor);
  }, [statement]);
  const refresh = useRefresh(api, filter, dispatch);
  const current = isOfFilter ? statement : emptyStatement(filter);
  return { ...current, isLoading, liveAfter, more, retry, addRows, refresh };
}

/** Returns null when the first page contains the newest row. */
async function fetchNewestRowId(api: LedgerApi, filter: Filter, signal: AbortSignal) {
  if (isUnfiltered(filter)) return null;
  const result = await api.transactions({ limit: '1' }, signal);
  return result.ok ? { ok: true as const, value: result.value.items[0]?.id ?? 0 } : result;
}

function useRefresh(
  api: LedgerApi,
  filter: Filter,
  dispatch: (action: StatementAction) => void,
): () => void {
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), [api, filter]);
  return useCallback(() => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    void api
      .transactions({ ...filterParams(filter), limit: REFRESHED_ROWS }, controller.signal)
      .then((result) => {
        if (result.ok && !controller.signal.aborted)
          dispatch({ type: 'updated', rows: result.value.items });
      });
  }, [api, filter, dispatch]);
}
