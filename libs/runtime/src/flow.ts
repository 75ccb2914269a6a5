import type { Clock } from './clock.js';
import { GREEN, type Condition } from './health.js';

/** Does work flow? Red when some waits and none has come through for too long. */
export class Flow {
  #waiting = 0;
  #moved: number;

  constructor(
    private readonly clock: Pick<Clock, 'now'>,
    private readonly stillMsMax: number,
  ) {
    this.#moved = clock.now();
  }

  /** So much waits now. What begins to wait after a quiet time has its time before it is late. */
  waiting(count: number): void {
    if (this.#waiting === 0 && count > 0) this.#moved = this.clock.now();
    this.#waiting = count;
  }

  /** Something came through. */
  moved(): void {
    this.#moved = this.clock.now();
  }

  condition(): Condition {
    const stillMs = this.clock.now() - this.#moved;
    if (this.#waiting === 0 || stillMs <= this.stillMsMax) return GREEN;
    const seconds = Math.floor(stillMs / 1000);
    return { state: 'red', reason: `${this.#waiting} wait and none came through for ${seconds} s` };
  }
}
