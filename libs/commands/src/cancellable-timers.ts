import type { Clock } from './clock.js';

/** A call that was waited for long enough. What it does may still come about. */
export class TimeoutError extends Error {
  override readonly name = 'NoAnswerInTime';
}

/** Every wait of the desk, so that all of them can be ended at once. */
export class CancellableTimers {
  readonly #pending = new Set<() => void>();
  #isCancelled = false;

  constructor(private readonly clock: Clock) {}

  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.#start(ms, resolve));
  }

  /** Settles as `work` does, or rejects when that takes longer than `ms`. */
  withTimeout<T>(ms: number, work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const stop = this.#start(ms, () => reject(new TimeoutError(`No answer within ${ms} ms`)));
      work.then(
        (value) => {
          stop();
          resolve(value);
        },
        (error: Error) => {
          stop();
          reject(error);
        },
      );
    });
  }

  /** Ends what is waited for now, and whatever would be waited for later. */
  cancelAll(): void {
    this.#isCancelled = true;
    for (const finish of [...this.#pending]) finish();
  }

  #start(ms: number, onDue: () => void): () => void {
    if (this.#isCancelled) {
      onDue();
      return () => undefined;
    }
    const finish = (): void => {
      stop();
      onDue();
    };
    const cancel = this.clock.after(ms, finish);
    const stop = (): void => {
      cancel();
      this.#pending.delete(finish);
    };
    this.#pending.add(finish);
    return stop;
  }
}
