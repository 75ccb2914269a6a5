import { PermanentStoreError } from '#event-store';
import type { ProcessorContext } from './processor-options.js';
import { AccountDamaged, RetryableCommandError } from './errors.js';

/** Trouble that no repeat of ours can end. */
export function isPermanent(error: unknown): error is PermanentStoreError | AccountDamaged {
  return error instanceof PermanentStoreError || error instanceof AccountDamaged;
}

/** How often and how long one piece of work tries the store, counted from the last thing that worked. */
export class RetryBudget {
  #lastSuccessMs: number;
  #failures = 0;

  constructor(private readonly context: ProcessorContext) {
    this.#lastSuccessMs = context.clock.now();
  }

  /** One call of the store, given up when it takes too long. */
  attempt<T>(call: Promise<T>): Promise<T> {
    return this.context.timers.withTimeout(this.context.limits.attemptMsMax, call);
  }

  /** Waits before the next attempt, each time longer. False: there is to be no next one. */
  async backOff(): Promise<boolean> {
    const { limits, clock, random, timers: waits } = this.context;
    const ceilingMs = Math.min(limits.backoffMsMax, limits.backoffMsMin * 2 ** this.#failures++);
    const ms = ceilingMs * (0.5 + random() / 2);
    if (waits.isCancelled || clock.now() + ms - this.#lastSuccessMs > limits.retryMsMax)
      return false;
    await waits.sleep(ms);
    return !waits.isCancelled;
  }

  /** Repeats a read until it works. */
  async readWithRetry<T>(
    readWithRetry: () => Promise<T>,
    onFailure: (cause: unknown) => void,
  ): Promise<T> {
    for (;;) {
      try {
        const result = await this.attempt(readWithRetry());
        this.#lastSuccessMs = this.context.clock.now();
        this.#failures = 0;
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
