export interface BackOffLimits {
  readonly backOffMsMin: number;
  readonly backOffMsMax: number;
  /** Who lived this long was well: the next back-off begins anew. */
  readonly wellMs: number;
}

export const BACK_OFF: BackOffLimits = {
  backOffMsMin: 500,
  backOffMsMax: 30_000,
  wellMs: 60_000,
};

/** How long to wait before something that ended is started again: twice as long each time. */
export class BackOff {
  #nextMs: number;

  constructor(private readonly limits: BackOffLimits) {
    this.#nextMs = limits.backOffMsMin;
  }

  afterLiving(livedMs: number): number {
    const { backOffMsMin, backOffMsMax, wellMs } = this.limits;
    if (livedMs > wellMs) this.#nextMs = backOffMsMin;
    const waitMs = this.#nextMs;
    this.#nextMs = Math.min(waitMs * 2, backOffMsMax);
    return waitMs;
  }
}
