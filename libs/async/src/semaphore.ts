import { SYSTEM_CLOCK, type Clock } from './clock.js';
import { TimeoutError } from './timeout.js';

/** Thrown by `acquire` when the queue is full. */
export class SemaphoreFullError extends Error {
  override readonly name = 'SemaphoreFullError';
}

export interface SemaphoreOptions {
  readonly queuedMax?: number;
  readonly clock?: Pick<Clock, 'after'>;
}

export interface AcquireOptions {
  readonly permits?: number;
  /** The time after which a TimeoutError is thrown. */
  readonly waitMsMax?: number;
}

interface Queued {
  readonly permits: number;
  readonly admit: () => void;
}

/**
 * Bounds how many permits are in use at a time, such as calls, bytes or places in a queue. Requests wait
 * in order: a small one never overtakes a large one, which could otherwise wait indefinitely.
 */
export class Semaphore {
  readonly #queue = new Set<Queued>();
  readonly #queuedMax: number;
  readonly #clock: Pick<Clock, 'after'>;
  #free: number;

  constructor(
    private readonly permitsMax: number,
    { queuedMax = Infinity, clock = SYSTEM_CLOCK }: SemaphoreOptions = {},
  ) {
    this.#free = permitsMax;
    this.#queuedMax = queuedMax;
    this.#clock = clock;
  }

  get inUse(): number {
    return this.permitsMax - this.#free;
  }

  get queued(): number {
    return this.#queue.size;
  }

  /** Takes the permits at once or not at all. */
  tryAcquire(permits = 1): boolean {
    if (this.#queue.size > 0 || permits > this.#free) return false;
    this.#free -= permits;
    return true;
  }

  async acquire({ permits = 1, waitMsMax = Infinity }: AcquireOptions = {}): Promise<void> {
    if (permits > this.permitsMax) throw new RangeError(`${permits} of ${this.permitsMax} permits`);
    if (this.tryAcquire(permits)) return;
    if (this.#queue.size >= this.#queuedMax) {
      throw new SemaphoreFullError(`${this.#queuedMax} are waiting already`);
    }
    await this.#waitInQueue(permits, waitMsMax);
  }

  release(permits = 1): void {
    this.#free += permits;
    this.#admitNext();
  }

  /** Holds the permits while `work` runs. */
  async run<T>(work: () => Promise<T>, options: AcquireOptions = {}): Promise<T> {
    await this.acquire(options);
    try {
      return await work();
    } finally {
      this.release(options.permits);
    }
  }

  #waitInQueue(permits: number, waitMsMax: number): Promise<void> {
    return new Promise((resolve, reject) => {
      let cancel = (): void => undefined;
      const queued: Queued = {
        permits,
        admit: () => {
          cancel();
          resolve();
        },
      };
      this.#queue.add(queued);
      if (waitMsMax === Infinity) return;
      cancel = this.#clock.after(waitMsMax, () => {
        this.#queue.delete(queued);
        reject(new TimeoutError(`no permit within ${waitMsMax} ms`));
        this.#admitNext();
      });
    });
  }

  #admitNext(): void {
    for (const queued of this.#queue) {
      if (queued.permits > this.#free) return;
      this.#queue.delete(queued);
      this.#free -= queued.permits;
      queued.admit();
    }
  }
}
