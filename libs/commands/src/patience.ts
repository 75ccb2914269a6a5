import { PermanentStoreError } from '#event-store';
import type { DeskTerms } from './desk-terms.js';
import { AccountDamaged, NotAnswered } from './errors.js';

/** Trouble that no repeat of ours can end. */
export function isPermanent(error: unknown): error is PermanentStoreError | AccountDamaged {
  return error instanceof PermanentStoreError || error instanceof AccountDamaged;
}

/** How often and how long one piece of work tries the store, counted from the last thing that worked. */
export class Patience {
  #since: number;
  #failures = 0;

  constructor(private readonly terms: DeskTerms) {
    this.#since = terms.clock.now();
  }

  /** One call of the store, given up when it takes too long. */
  attempt<T>(call: Promise<T>): Promise<T> {
    return this.terms.waits.within(this.terms.limits.attemptMsMax, call);
  }

  /** Waits before the next attempt, each time longer. False: there is to be no next one. */
  async pause(): Promise<boolean> {
    const { limits, clock, random, waits } = this.terms;
    const longest = Math.min(limits.backOffMsMax, limits.backOffMsMin * 2 ** this.#failures++);
    const ms = longest * (0.5 + random() / 2);
    if (waits.ended || clock.now() + ms - this.#since > limits.retryMsMax) return false;
    await waits.pause(ms);
    return !waits.ended;
  }

  /** Repeats a read until it works. */
  async read<T>(read: () => Promise<T>, failed: (cause: unknown) => void): Promise<T> {
    for (;;) {
      try {
        const result = await this.attempt(read());
        this.#since = this.terms.clock.now();
        this.#failures = 0;
        return result;
      } catch (cause) {
        if (isPermanent(cause)) throw cause;
        failed(cause);
        if (!(await this.pause())) {
          throw new NotAnswered('store-away', 'The store could not be read', { cause });
        }
      }
    }
  }
}
