export interface SubBatchLimits {
  readonly countMax: number;
  /** Of one key: a redelivery of them all must still be recognised. */
  readonly perKeyMax: number;
}

/** How many of the messages, from `from` on, are handed over at once. At least one. */
export function subBatchLength(
  messages: readonly { readonly key: Buffer | null }[],
  from: number,
  { countMax, perKeyMax }: SubBatchLimits,
): number {
  const ofKey = new Map<string, number>();
  const end = Math.min(messages.length, from + countMax);
  for (let at = from; at < end; at++) {
    const key = messages[at]?.key?.toString('latin1') ?? '';
    const count = (ofKey.get(key) ?? 0) + 1;
    if (count > perKeyMax) return Math.max(1, at - from);
    ofKey.set(key, count);
  }
  return Math.max(1, end - from);
}

/** As many messages as are handled within about `durationMsMax`, learned from how long the last ones took. */
export class AdaptiveBatchSize {
  #count: number;

  constructor(
    private readonly countMax: number,
    private readonly msMax: number,
  ) {
    this.#count = Math.min(128, countMax);
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
