import { RetryBudget, type RetryContext, type RetryLimits } from './retry-budget.js';
import { sleep } from './sleep.js';
import { withTimeout } from './timeout.js';

export interface RetryOptions extends RetryLimits, RetryContext {
  /** Whether the same attempt may succeed later. Any other error is thrown at once. */
  readonly isRetried: (error: unknown) => boolean;
  /** An attempt that takes longer fails with a TimeoutError. */
  readonly attemptMsMax?: number;
  readonly onRetry?: (error: unknown, delayMs: number) => void;
}

/**
 * Calls `attempt` until it succeeds, with back-off and jitter. Rejects with the error of the last
 * attempt when that must not be retried, when a limit is reached, or when `signal` aborts.
 */
export async function retry<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { isRetried, attemptMsMax, onRetry, signal, clock } = options;
  signal?.throwIfAborted();
  const budget = new RetryBudget(options, options);
  for (;;) {
    try {
      const running = attempt();
      return await (attemptMsMax === undefined
        ? running
        : withTimeout(running, attemptMsMax, { clock }));
    } catch (error) {
      const delayMs = isRetried(error) ? budget.failed() : null;
      if (delayMs === null) throw error;
      onRetry?.(error, delayMs);
      await sleep(delayMs, { signal, clock });
      if (signal?.aborted === true) throw error;
    }
  }
}
