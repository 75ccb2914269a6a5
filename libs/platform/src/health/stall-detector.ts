import type { Clock } from '#async';
import { GREEN, type HealthStatus } from './health.js';

/** Does work flow? Red when some waits and none has come through for too long. */
export class StallDetector {
  #waiting = 0;
  #progressAt: number;

  constructor(
    private readonly clock: Pick<Clock, 'now'>,
    private readonly stallMsMax: number,
  ) {
    this.#progressAt = clock.now();
  }

  /** So much waits now. What begins to wait after a quiet time has its time before it is late. */
  reportWaiting(count: number): void {
    if (this.#waiting === 0 && count > 0) this.#progressAt = this.clock.now();
    this.#waiting = count;
  }

  /** Something came through. */
  reportProgress(): void {
    this.#progressAt = this.clock.now();
  }

  status(): HealthStatus {
    const stillMs = this.clock.now() - this.#progressAt;
    if (this.#waiting === 0 || stillMs <= this.stallMsMax) return GREEN;
    const seconds = Math.floor(stillMs / 1000);
    return { state: 'red', reason: `${this.#waiting} wait and none came through for ${seconds} s` };
  }
}
