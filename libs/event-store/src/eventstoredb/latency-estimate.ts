const MEAN_GAIN = 1 / 8;
const DEVIATION_GAIN = 1 / 4;
const DEVIATIONS = 4;

/**
 * Estimates when an answer is late: four mean deviations above the mean of recent latencies, as TCP
 * computes its retransmission timeout (RFC 6298). A fixed limit would double the load of a busy server,
 * on which every answer is slow.
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

  /** Zero before the first observation. */
  get lateAfterMs(): number {
    return this.#meanMs + DEVIATIONS * this.#deviationMs;
  }
}
