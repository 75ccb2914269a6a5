import { tooManyRequests } from '../problems/problem.js';
import { TokenBuckets } from './token-bucket.js';

export interface RateLimiterOptions {
  /** The rate of one user. */
  readonly userPerSecond: number;
  /** The rate of one service or auditor. */
  readonly servicePerSecond: number;
  /** The rate of one address that sends no valid token. */
  readonly anonymousPerSecond: number;
}

export type CallerKind = 'user' | 'service' | 'anonymous';

const SUBJECTS_MAX = 10_000;
const BURST_SECONDS = 5;

/**
 * Limits the rate of requests of each subject. Throws a Problem 429 that says when to retry.
 * `@nestjs/throttler` and `@fastify/rate-limit` count in fixed windows, which would let twice the rate
 * pass at their border, and they add headers that this API does not have.
 */
export class RateLimiter {
  readonly #buckets: Readonly<Record<CallerKind, TokenBuckets>>;

  constructor(options: RateLimiterOptions, nowMs: () => number) {
    const limit = (perSecond: number): TokenBuckets =>
      new TokenBuckets(
        { perSecond, burst: Math.ceil(perSecond * BURST_SECONDS), subjectsMax: SUBJECTS_MAX },
        nowMs,
      );
    this.#buckets = {
      user: limit(options.userPerSecond),
      service: limit(options.servicePerSecond),
      anonymous: limit(options.anonymousPerSecond),
    };
  }

  take(kind: CallerKind, subject: string): void {
    const seconds = this.#buckets[kind].take(subject);
    if (seconds > 0) throw tooManyRequests('The rate limit of this caller is exceeded.', seconds);
  }
}
