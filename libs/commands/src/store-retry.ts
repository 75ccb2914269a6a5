import { RetryBudget, withTimeout } from '#async';
import { PermanentStoreError } from '#event-store';
import { AccountDamaged, RetryableCommandError } from './errors.js';
import type { ProcessorContext } from './processor-options.js';

/** Whether no retry can help. */
export function isPermanent(error: unknown): error is PermanentStoreError | AccountDamaged {
  return error instanceof PermanentStoreError || error instanceof AccountDamaged;
}

/** Calls the store for one piece of work, with a timeout per call and a budget for all retries. */
export class StoreRetry {
  readonly #budget: RetryBudget;

  constructor(private readonly context: ProcessorContext) {
    const { limits, timers, random } = context;
    const { retryMsMax: totalMsMax, backoffMsMin, backoffMsMax } = limits;
    this.#budget = new RetryBudget(
      { totalMsMax, backoffMsMin, backoffMsMax },
      { signal: timers.signal, clock: timers, random },
    );
  }

  attempt<T>(call: Promise<T>): Promise<T> {
    const { limits, timers } = this.context;
    return withTimeout(call, limits.attemptMsMax, { clock: timers });
  }

  /** Waits before the next attempt, with back-off and jitter. False: the budget is spent. */
  backOff(): Promise<boolean> {
    return this.#budget.waitAfterFailure();
  }

  /** Retries a read until it succeeds. A success renews the budget. */
  async read<T>(read: () => Promise<T>, onFailure: (cause: unknown) => void): Promise<T> {
    for (;;) {
      try {
        const result = await this.attempt(read());
        this.#budget.succeeded();
        return result;
      } catch (cause) {
        if (isPermanent(cause)) throw cause;
        onFailure(cause);
        if (!(await this.backOff())) {
          throw new RetryableCommandError('store-away', 'The store could not be read', { cause });
        }
      }
    }
  }
}
