import type { Clock } from '../clock.js';

interface Timer {
  readonly dueAt: number;
  readonly callback: () => void;
}

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  readonly #timers = new Set<Timer>();
  #now = 0;

  /** `startOfDayMs`: the time of day when `now` is 0. */
  constructor(private readonly startOfDayMs = 0) {}

  now(): number {
    return this.#now;
  }

  timeOfDay(): number {
    return this.startOfDayMs + this.#now;
  }

  /** Timers that are set and not due yet. */
  get timers(): number {
    return this.#timers.size;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { dueAt: this.#now + ms, callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** Moves time on and calls what becomes due, in order; what follows from a call happens before the next. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await promisesSettled();
    for (let timer = this.#next(until); timer !== null; timer = this.#next(until)) {
      this.#fire(timer);
      await promisesSettled();
    }
    this.#now = until;
  }

  /** The same in one turn, for a test that lets promises settle in an order of its own. */
  advanceNow(ms: number): void {
    const until = this.#now + ms;
    for (let timer = this.#next(until); timer !== null; timer = this.#next(until))
      this.#fire(timer);
    this.#now = until;
  }

  /** Moves time on to the next timer, however far that is. False: there is none. */
  protected fireNext(): boolean {
    const timer = this.#next(Infinity);
    if (timer !== null) this.#fire(timer);
    return timer !== null;
  }

  #fire(timer: Timer): void {
    this.#timers.delete(timer);
    this.#now = Math.max(this.#now, timer.dueAt);
    timer.callback();
  }

  #next(until: number): Timer | null {
    let next: Timer | null = null;
    for (const timer of this.#timers) {
      if (timer.dueAt <= until && (next === null || timer.dueAt < next.dueAt)) next = timer;
    }
    return next;
  }
}

/** Time passes by itself: when nothing else is left to do, the next timer is due. */
export class AutoAdvancingClock extends ManualClock {
  override after(ms: number, callback: () => void): () => void {
    setImmediate(() => this.fireNext());
    return super.after(ms, callback);
  }
}

const promisesSettled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
