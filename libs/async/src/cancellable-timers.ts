import type { Clock } from './clock.js';

/**
 * The clock of a component that can be shut down: `expireAll` ends every wait that began on it, and
 * each later one ends at once. A Set instead of an AbortSignal per wait, because thousands of queued
 * commands wait here and a signal removes its listeners in linear time.
 */
export class CancellableTimers implements Clock {
  readonly #pending = new Set<() => void>();
  readonly #expired = new AbortController();

  constructor(private readonly clock: Clock) {}

  /** A signal that `expireAll` aborts. */
  get signal(): AbortSignal {
    return this.#expired.signal;
  }

  now(): number {
    return this.clock.now();
  }

  timeOfDay(): number {
    return this.clock.timeOfDay();
  }

  after(ms: number, callback: () => void): () => void {
    if (this.signal.aborted) {
      callback();
      return () => undefined;
    }
    const expire = (): void => {
      cancel();
      callback();
    };
    const cancelTimer = this.clock.after(ms, expire);
    const cancel = (): void => {
      cancelTimer();
      this.#pending.delete(expire);
    };
    this.#pending.add(expire);
    return cancel;
  }

  expireAll(): void {
    this.#expired.abort();
    for (const expire of [...this.#pending]) expire();
  }
}
