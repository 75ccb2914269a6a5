import type { Clock } from '#async';
import { GREEN, type HealthStatus } from './health.js';

/** Detects stalled work: red when some is waiting and none was completed for too long. */
export class StallDetector {
  #waiting = 0;
  #progressAt: number;

  constructor(
    private readonly clock: Pick<Clock, 'now'>,
    private readonly stallMsMax: number,
  ) {
    this.#progressAt = clock.now();
  }

  /** Reports how much is waiting. After an idle time, the full limit applies again. */
  reportWaiting(count: number): void {
    if (this.#waiting === 0 && count > 0) this.#progressAt = this.clock.now();
    this.#waiting = count;
  }

  /** Reports that some work was completed. */
  reportProgress(): void {
    this.#progressAt = this.clock.now();
  }

  status(): HealthStatus {
    const stillMs = this.clock.now() - this.#progressAt;
    if (this.#waiting === 0 || stillMs <= this.stallMsMax) return GREEN;
    const seconds = Math.floor(stillMs / 1000);
    return { state: 'red', reason: `${this.#waiting} waiting, none completed for ${seconds} s` };
  }
}
