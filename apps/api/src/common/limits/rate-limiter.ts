import type { Caller } from '../access/caller.js';
import { tooMany } from '../problems/problem.js';
import { RateLimit } from './token-bucket.js';

export interface RateTerms {
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
export class RateLimits {
  readonly #users: RateLimit;
  readonly #services: RateLimit;
  readonly #unknown: RateLimit;

  constructor(terms: RateTerms, nowMs: () => number) {
    const limit = (perSecond: number): RateLimit =>
      new RateLimit(
        { perSecond, burst: Math.ceil(perSecond * BURST_SECONDS), subjectsMax: SUBJECTS_MAX },
        nowMs,
      );
    this.#users = limit(terms.userPerSecond);
    this.#services = limit(terms.servicePerSecond);
    this.#unknown = limit(terms.unknownPerSecond);
  }

  take({ subject, roles }: Caller): void {
    const isPerson = roles.every((role) => role === 'user');
    refuseAfter((isPerson ? this.#users : this.#services).take(subject));
  }

  takeUnknown(address: string): void {
    refuseAfter(this.#unknown.take(address));
  }
}

function refuseAfter(seconds: number): void {
  if (seconds > 0) throw tooMany('You ask too often.', seconds);
}
