import { backoffMs, type BackoffLimits } from './backoff.js';
import { SYSTEM_CLOCK, type Clock } from './clock.js';
import { sleep } from './sleep.js';

export interface RetryLimits extends BackoffLimits {
  /** The limit since the first attempt or the last success; `Infinity` when only an abort ends the retries. */
  readonly totalMsMax: number;
  /** The maximum number of consecutive attempts. */
  readonly attemptsMax?: number;
}

export interface RetryContext {
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Pick<Clock, 'now' | 'after'>;
  readonly random?: () => number;
}

/** Decides whether and when a failed operation is retried. `retry` uses it in a loop. */
export class RetryBudget {
  readonly #signal: AbortSignal | undefined;
  readonly #clock: Pick<Clock, 'now' | 'after'>;
  readonly #random: () => number;
  #since: number;
  #failures = 0;

  constructor(
    private readonly limits: RetryLimits,
    { signal, clock = SYSTEM_CLOCK, random = Math.random }: RetryContext = {},
  ) {
    this.#signal = signal;
    this.#clock = clock;
    this.#random = random;
    this.#since = clock.now();
  }

  /** The number of failures since the last success. */
  get failures(): number {
    return this.#failures;
  }

  succeeded(): void {
    this.#since = this.#clock.now();
    this.#failures = 0;
  }

  /** Counts a failure. Returns the delay before the next attempt, or null when there is none. */
  failed(): number | null {
    const { totalMsMax, attemptsMax = Infinity } = this.limits;
    const delayMs = backoffMs(this.#failures, this.limits, this.#random);
    this.#failures += 1;
    if (this.#signal?.aborted === true || this.#failures >= attemptsMax) return null;
    return this.#clock.now() + delayMs - this.#since > totalMsMax ? null : delayMs;
  }

  /** Counts a failure and waits before the next attempt. Returns false when there is none. */
  async waitAfterFailure(): Promise<boolean> {
    const delayMs = this.failed();
    if (delayMs === null) return false;
    await sleep(delayMs, { signal: this.#signal, clock: this.#clock });
    return this.#signal?.aborted !== true;
  }
}
