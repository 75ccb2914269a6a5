import type { Caller } from '../access/caller.js';
import { tooManyRequests } from '../problems/problem.js';
import { TokenBuckets } from './token-bucket.js';

export interface RateLimiterOptions {
  /** Of one person at a page … */
  readonly userPerSecond: number;
  /** … of one service or auditor … */
  readonly servicePerSecond: number;
  /** … and of one address that sends no good token. */
  readonly unknownPerSecond: number;
}

const SUBJECTS_MAX = 10_000;
const BURST_SECONDS = 5;

/** How often one subject may ask. Throws a Problem 429 when that is too often. */
export class RateLimiter {
  readonly #users: TokenBuckets;
  readonly #services: TokenBuckets;
  readonly #anonymous: TokenBuckets;

  constructor(options: RateLimiterOptions, nowMs: () => number) {
    const limit = (perSecond: number): TokenBuckets =>
      new TokenBuckets(
        { perSecond, burst: Math.ceil(perSecond * BURST_SECONDS), subjectsMax: SUBJECTS_MAX },
        nowMs,
      );
    this.#users = limit(options.userPerSecond);
    this.#services = limit(options.servicePerSecond);
    this.#anonymous = limit(options.unknownPerSecond);
  }

  take({ subject, roles }: Caller): void {
    const isPerson = roles.every((role) => role === 'user');
    rejectIfLimited((isPerson ? this.#users : this.#services).take(subject));
  }

  takeAnonymous(address: string): void {
    rejectIfLimited(this.#anonymous.take(address));
  }
}

function rejectIfLimited(seconds: number): void {
  if (seconds > 0) throw tooManyRequests('You ask too often.', seconds);
}
