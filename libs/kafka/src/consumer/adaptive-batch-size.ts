const START_COUNT = 128;

/** How many messages are handled within about `msMax`, learned from how long the last ones took. */
export class AdaptiveBatchSize {
  #count: number;

  constructor(
    private readonly countMax: number,
    private readonly msMax: number,
  ) {
    this.#count = Math.min(START_COUNT, countMax);
  }

  get count(): number {
    return this.#count;
  }

  record(count: number, ms: number): void {
    if (ms > this.msMax) this.#count = Math.max(1, Math.floor(count / 2));
    else if (count >= this.#count && ms < this.msMax / 4) {
      this.#count = Math.min(this.countMax, this.#count * 2);
    }
  }
}
