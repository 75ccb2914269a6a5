import { sleep } from '../sleep.js';

export interface Progress {
  readonly version: number;
  readonly events: number;
  /** That the live version has. */
  readonly total: number;
  readonly eventsPerSecond: number;
}

/** Keeps a rebuild from going faster than it may, so that the live tables have their share. */
export class Throttle {
  readonly #start = performance.now();
  #events = 0;

  constructor(private readonly eventsPerSecondMax: number) {}

  /** Before so many are taken up. */
  async wait(events: number, signal: AbortSignal): Promise<void> {
    this.#events += events;
    const early = this.#events / this.eventsPerSecondMax - this.seconds;
    if (early > 0) await sleep(early * 1_000, signal);
  }

  get seconds(): number {
    return Math.max(1e-3, (performance.now() - this.#start) / 1_000);
  }
}
