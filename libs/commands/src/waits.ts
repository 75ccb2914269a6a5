import type { Clock } from './clock.js';

/** A call that was waited for long enough. What it does may still come about. */
export class NoAnswerInTime extends Error {
  override readonly name = 'NoAnswerInTime';
}

/** Every wait of the desk, so that all of them can be ended at once. */
export class Waits {
  readonly #endings = new Set<() => void>();
  #ended = false;

  constructor(private readonly clock: Clock) {}

  get ended(): boolean {
    return this.#ended;
  }

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#start(ms, resolve));
  }

  /** Settles as `work` does, or rejects when that takes longer than `ms`. */
  within<T>(ms: number, work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const stop = this.#start(ms, () => reject(new NoAnswerInTime(`No answer within ${ms} ms`)));
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
  end(): void {
    this.#ended = true;
    for (const ending of [...this.#endings]) ending();
  }

  #start(ms: number, then: () => void): () => void {
    if (this.#ended) {
      then();
      return () => undefined;
    }
    const finish = (): void => {
      stop();
      then();
    };
    const cancel = this.clock.after(ms, finish);
    const stop = (): void => {
      cancel();
      this.#endings.delete(finish);
    };
    this.#endings.add(finish);
    return stop;
  }
}
