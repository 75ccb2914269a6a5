import { serviceUnavailable } from '../common/problems/problem.js';

const REPLAYS_MAX = 4;
const WAITING_MAX = 100;
const RETRY_AFTER_SECONDS = 2;

/** A long history takes its time: so many are folded side by side, so many wait, and no more. */
export class ReplaySemaphore {
  readonly #waiting: (() => void)[] = [];
  #folding = 0;

  async run<T>(fold: () => Promise<T>): Promise<T> {
    if (this.#folding < REPLAYS_MAX) this.#folding += 1;
    else await this.#turn();
    try {
      return await fold();
    } finally {
      // Whoever waits longest takes the place over; nobody can come in between.
      const next = this.#waiting.shift();
      if (next === undefined) this.#folding -= 1;
      else next();
    }
  }

  #turn(): Promise<void> {
    if (this.#waiting.length >= WAITING_MAX) {
      throw serviceUnavailable('busy', 'Too many histories are being read.', RETRY_AFTER_SECONDS);
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
