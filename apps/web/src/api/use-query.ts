import { useCallback, useEffect, useRef, useState } from 'react';
import { backOffMs } from './back-off.js';
import { isTemporary, type ApiResult, type Failure } from './failure.js';

const BACK_OFF = { msMin: 1_000, msMax: 30_000 };
/** In a row; some ten minutes. Behind that the reader asks again. */
const ATTEMPTS_MAX = 25;

export interface Query<T> {
  /** The last good answer; it stays while it is asked for again. */
  readonly value: T | null;
  readonly failure: Failure | null;
  readonly refetch: () => void;
}

interface QueryState<T> extends Omit<Query<T>, 'refetch'> {
  readonly source: unknown;
}

/**
 * Asks when `ask` is another one, when there is a newer edition of what it asks for, and whenever
 * `again` is called; by itself too, less and less often, as long as the API is away. Keep `ask` by
 * useCallback: it is what the answer belongs to.
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
      else if (isTemporary(result.failure) && failures.current < ATTEMPTS_MAX) {
        const ms = result.failure.retryMs ?? backOffMs(failures.current, BACK_OFF, Math.random());
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

/** The network is there again, or the reader is: no need to wait any longer. */
export function useWhenOnline(onOnline: () => void, isEnabled: boolean): void {
  useEffect(() => {
    if (!isEnabled) return;
    window.addEventListener('online', onOnline);
    return () => window.removeEventListener('online', onOnline);
  }, [onOnline, isEnabled]);
}
