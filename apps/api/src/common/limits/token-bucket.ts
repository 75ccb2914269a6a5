export interface TokenBucketOptions {
  readonly perSecond: number;
  /** How many requests are admitted at once after a pause. */
  readonly burst: number;
  /** The maximum number of subjects; beyond it the least recently used one is evicted. */
  readonly subjectsMax: number;
}

interface Bucket {
  tokens: number;
  filledAtMs: number;
}

/** A token bucket for each subject. */
export class TokenBuckets {
  readonly #buckets = new Map<string, Bucket>();

  constructor(
    private readonly options: TokenBucketOptions,
    private readonly nowMs: () => number,
  ) {}

  get subjects(): number {
    return this.#buckets.size;
  }

  /** Returns 0 when this request is admitted, and otherwise the seconds to wait. */
  take(subject: string): number {
    const bucket = this.#bucketOf(subject);
    if (bucket.tokens >= 1) {
      bucket.tokens -= 1;
      return 0;
    }
    return Math.max(1, Math.ceil((1 - bucket.tokens) / this.options.perSecond));
  }

  #bucketOf(subject: string): Bucket {
    const { perSecond, burst, subjectsMax } = this.options;
    const nowMs = this.nowMs();
    const bucket = this.#buckets.get(subject) ?? { tokens: burst, filledAtMs: nowMs };
    const seconds = Math.max(0, nowMs - bucket.filledAtMs) / 1000;
    bucket.tokens = Math.min(burst, bucket.tokens + seconds * perSecond);
    bucket.filledAtMs = nowMs;
    // A Map keeps the order of insertion, so that a subject inserted again is the most recently used.
    this.#buckets.delete(subject);
    this.#buckets.set(subject, bucket);
    if (this.#buckets.size > subjectsMax) this.#evictOldest();
    return bucket;
  }

  #evictOldest(): void {
    const oldest = this.#buckets.keys().next();
    if (oldest.done !== true) this.#buckets.delete(oldest.value);
  }
}
