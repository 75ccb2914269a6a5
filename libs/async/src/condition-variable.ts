import { SYSTEM_CLOCK, type Clock } from './clock.js';

export interface WaitOptions {
  readonly signal?: AbortSignal | undefined;
  /** Default: no limit. */
  readonly waitMsMax?: number;
  readonly clock?: Pick<Clock, 'after'> | undefined;
}

/** Lets any number of callers wait until another one notifies them that something has changed. */
export class ConditionVariable {
  readonly #waiting = new Set<() => void>();

  /** How many are waiting. */
  get waiting(): number {
    return this.#waiting.size;
  }

  notifyAll(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  /**
   * Resolves at the next `notifyAll`, after `waitMsMax`, or as soon as `signal` aborts. It never
   * rejects: the caller checks what has changed.
   */
  wait({ signal, waitMsMax = Infinity, clock = SYSTEM_CLOCK }: WaitOptions = {}): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      let cancelTimer = (): void => undefined;
      const wake = (): void => {
        cancelTimer();
        signal?.removeEventListener('abort', wake);
        this.#waiting.delete(wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal?.addEventListener('abort', wake);
      if (waitMsMax !== Infinity) cancelTimer = clock.after(waitMsMax, wake);
    });
  }
}
