import { backoffMs, type BackoffLimits } from '#async';

export interface RestartBackoffLimits extends BackoffLimits {
  /** A process that ran for this long was well: the back-off starts again at its minimum. */
  readonly resetAfterMs: number;
}

export const RESTART_BACKOFF: RestartBackoffLimits = {
  backoffMsMin: 500,
  backoffMsMax: 30_000,
  resetAfterMs: 60_000,
};

/** How long to wait before a process that ended is started again. */
export class RestartBackoff {
  #failures = 0;

  constructor(
    private readonly limits: RestartBackoffLimits,
    private readonly random: () => number = Math.random,
  ) {}

  afterRunning(ranMs: number): number {
    if (ranMs > this.limits.resetAfterMs) this.#failures = 0;
    return backoffMs(this.#failures++, this.limits, this.random);
  }
}
