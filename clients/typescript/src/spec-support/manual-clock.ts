import type { Clock } from '../support/clock.js';

interface Timer {
  readonly atMs: number;
  readonly then: () => void;
}

/** Time that passes only when a spec says so. */
export class ManualClock implements Clock {
  #nowMs: number;
  readonly #timers = new Set<Timer>();

  constructor(start = '2030-06-01T00:00:00.000Z') {
    this.#nowMs = Date.parse(start);
  }

  readonly now = (): number => this.#nowMs;

  readonly after: Clock['after'] = (ms, then) => {
    const timer = { atMs: this.#nowMs + Math.max(0, ms), then };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  };

  /** How many timers wait. */
  get waiting(): number {
    return this.#timers.size;
  }

  /** Lets that much time pass, and everything happen that is due meanwhile. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      await settle();
      const [next] = [...this.#timers]
        .filter(({ atMs }) => atMs <= untilMs)
        .sort((one, other) => one.atMs - other.atMs);
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.then();
    }
    this.#nowMs = untilMs;
    await settle();
  }
}

/** Lets all promises go on that have nothing else to wait for. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
