import { Semaphore, SemaphoreFullError } from '#async';
import { serviceUnavailable } from '../common/problems/problem.js';

const REPLAYS_MAX = 4;
const QUEUED_MAX = 100;
const RETRY_AFTER_SECONDS = 2;

/** Bounds the concurrent replays, which may take long. Throws a Problem 503 when too many are queued. */
export class ReplaySemaphore {
  readonly #semaphore = new Semaphore(REPLAYS_MAX, { queuedMax: QUEUED_MAX });

  async run<T>(replay: () => Promise<T>): Promise<T> {
    await this.#semaphore.acquire().catch((cause: unknown) => {
      if (!(cause instanceof SemaphoreFullError)) throw cause;
      throw serviceUnavailable(
        'busy',
        'Too many account histories are being read.',
        RETRY_AFTER_SECONDS,
      );
    });
    try {
      return await replay();
    } finally {
      this.#semaphore.release();
    }
  }
}
