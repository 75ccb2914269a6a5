import { useEffect, useState } from 'react';
import { useWhenOnline } from '../browser/use-when-online.js';
import { isTemporary, type ApiResult, type Failure } from './failure.js';
import { useRetry } from './use-retry.js';

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
  const { attempt, succeeded, failed, restart } = useRetry();
  useEffect(() => {
    const controller = new AbortController();
    void fetchResult(controller.signal).then((result) => {
      if (controller.signal.aborted) return;
      setState((previous) => ({
        source: fetchResult,
        value: result.ok ? result.value : previous.source === fetchResult ? previous.value : null,
        failure: result.ok ? null : result.failure,
      }));
      if (result.ok) succeeded();
      else failed(result.failure, controller.signal);
    });
    return () => controller.abort();
  }, [fetchResult, attempt, version, succeeded, failed]);
  useWhenOnline(restart, state.failure !== null && isTemporary(state.failure));
  const isStale = state.source !== fetchResult;
  return {
    value: isStale ? null : state.value,
    failure: isStale ? null : state.failure,
    refetch: restart,
  };
}
