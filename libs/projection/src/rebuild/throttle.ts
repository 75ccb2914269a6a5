import { SYSTEM_CLOCK, sleep, type Clock } from '#async';

export interface Progress {
  readonly version: number;
  readonly events: number;
  /** Events in the live version. */
  readonly total: number;
  readonly eventsPerSecond: number;
}

/** Bounds the events per second of a rebuild, so that the live tables keep their share. */
export class Throttle {
  readonly #startMs: number;
  #events = 0;

  constructor(
    private readonly eventsPerSecondMax: number,
    private readonly clock: Pick<Clock, 'now' | 'after'> = SYSTEM_CLOCK,
  ) {
    this.#startMs = clock.now();
  }

  /** Waits until so many more events may be written. */
  async wait(events: number, signal: AbortSignal): Promise<void> {
    this.#events += events;
    const earlySeconds = this.#events / this.eventsPerSecondMax - this.seconds;
    if (earlySeconds > 0) await sleep(earlySeconds * 1_000, { signal, clock: this.clock });
  }

  /** Since the rebuild began. */
  get seconds(): number {
    return Math.max(1e-3, (this.clock.now() - this.#startMs) / 1_000);
  }
}
