const MEAN_GAIN = 1 / 8;
const DEVIATION_GAIN = 1 / 4;
const DEVIATIONS = 4;

/**
 * When an answer counts as late: later than the mean of the recent ones by four mean deviations, as
 * TCP computes its retransmission timeout (RFC 6298). On a busy server every answer is slow, and a
 * fixed limit would double its load just then.
 */
export class LatencyEstimate {
  #meanMs = 0;
  #deviationMs = 0;
  #isFirst = true;

  observe(latencyMs: number): void {
    if (this.#isFirst) {
      this.#isFirst = false;
      this.#meanMs = latencyMs;
      this.#deviationMs = latencyMs / 2;
      return;
    }
    const error = latencyMs - this.#meanMs;
    this.#deviationMs += DEVIATION_GAIN * (Math.abs(error) - this.#deviationMs);
    this.#meanMs += MEAN_GAIN * error;
  }

  /** Zero as long as nothing was observed. */
  get lateAfterMs(): number {
    return this.#meanMs + DEVIATIONS * this.#deviationMs;
  }
}
