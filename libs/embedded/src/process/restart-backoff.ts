export interface RestartBackoffLimits {
  readonly backoffMsMin: number;
  readonly backoffMsMax: number;
  /** Who lived this long was well: the next back-off begins anew. */
  readonly resetAfterMs: number;
}

export const RESTART_BACKOFF: RestartBackoffLimits = {
  backoffMsMin: 500,
  backoffMsMax: 30_000,
  resetAfterMs: 60_000,
};

/** How long to wait before something that ended is started again: twice as long each time. */
export class RestartBackoff {
  #nextMs: number;

  constructor(private readonly limits: RestartBackoffLimits) {
    this.#nextMs = limits.backoffMsMin;
  }

  afterRunning(ranMs: number): number {
    const { backoffMsMin, backoffMsMax, resetAfterMs } = this.limits;
    if (ranMs > resetAfterMs) this.#nextMs = backoffMsMin;
    const waitMs = this.#nextMs;
    this.#nextMs = Math.min(waitMs * 2, backoffMsMax);
    return waitMs;
  }
}
