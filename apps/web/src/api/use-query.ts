import { useCallback, useEffect, useRef, useState } from 'react';
import { backoffMs } from '#async';
import { useWhenOnline } from '../browser/use-when-online.js';
import { isTemporary, type ApiResult, type Failure } from './failure.js';
import { RETRY_LIMITS } from './retry-limits.js';

export interface Query<T> {
  /** The last successful result; it stays while it is fetched again. */
  readonly value: T | null;
  readonly failure: Failure | null;
  readonly refetch: () => void;
}

interface QueryState<T> extends Omit<Query<T>, 'refetch'> {
  readonly source: unknown;
}

/**
 * Fetches when `fetchResult` or `version` changes and when `refetch` is called, and retries temporary
 * failures with back-off. Memoize `fetchResult` by useCallback: a result belongs to it, and a new function
 * discards the result of the one before.
 */
export function useQuery<T>(
  fetchResult: (signal: AbortSignal) => Promise<ApiResult<T>>,
  version = 0,
): Query<T> {
  const [state, setState] = useState<QueryState<T>>({
    source: fetchResult,
    value: null,
    failure: null,
  });
  const [attempt, setAttempt] = useState(0);
  const failures = useRef(0);
  const refetch = useCallback(() => {
    failures.current = 0;
    setAttempt((count) => count + 1);
  }, []);
  useEffect(() => {
    const controller = new AbortController();
    let timer: number | undefined;
    void fetchResult(controller.signal).then((result) => {
      if (controller.signal.aborted) return;
      setState((previous) => ({
        source: fetchResult,
        value: result.ok ? result.value : previous.source === fetchResult ? previous.value : null,
        failure: result.ok ? null : result.failure,
      }));
      if (result.ok) failures.current = 0;
      else if (isTemporary(result.failure) && failures.current < RETRY_LIMITS.attemptsMax) {
        const ms = result.failure.retryMs ?? backoffMs(failures.current, RETRY_LIMITS);
        failures.current += 1;
        timer = window.setTimeout(() => setAttempt((count) => count + 1), ms);
      }
    });
    return () => {
      controller.abort();
      window.clearTimeout(timer);
    };
  }, [fetchResult, attempt, version]);
  useWhenOnline(refetch, state.failure !== null && isTemporary(state.failure));
  const isStale = state.source !== fetchResult;
  return { value: isStale ? null : state.value, failure: isStale ? null : state.failure, refetch };
}
