import { useCallback, useState } from 'react';
import { RetryBudget, sleep } from '#async';
import { isTemporary, type Failure } from './failure.js';
import { RETRY_LIMITS } from './retry-limits.js';

export interface Retry {
  /** Changes when the next attempt is due: an effect that fetches depends on it. */
  readonly attempt: number;
  readonly succeeded: () => void;
  /** A temporary failure makes the next attempt due after a back-off, unless `signal` aborts before. */
  readonly failed: (failure: Failure, signal: AbortSignal) => void;
  /** Makes the next attempt due now, and those after it as if nothing had failed. */
  readonly restart: () => void;
}

/** Retries temporary failures with back-off, and not before Retry-After where the API sent one. */
export function useRetry(): Retry {
  const [attempt, setAttempt] = useState(0);
  const [budget] = useState(() => new RetryBudget(RETRY_LIMITS));
  const succeeded = useCallback(() => budget.succeeded(), [budget]);
  const failed = useCallback(
    (failure: Failure, signal: AbortSignal): void => {
      if (!isTemporary(failure)) return;
      const delayMs = budget.failed();
      if (delayMs === null) return;
      // Pages that were rejected together do not all come back in the same moment.
      void sleep((failure.retryMs ?? 0) + delayMs, { signal }).then(() => {
        if (!signal.aborted) setAttempt((count) => count + 1);
      });
    },
    [budget],
  );
  const restart = useCallback(() => {
    budget.succeeded();
    setAttempt((count) => count + 1);
  }, [budget]);
  return { attempt, succeeded, failed, restart };
}
