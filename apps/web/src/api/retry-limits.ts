import type { RetryLimits } from '#async';

/**
 * Retries with back-off and jitter; 25 attempts take some ten minutes, then the reader retries. A total
 * time would begin with the last success, which may be hours before a failure.
 */
export const RETRY_LIMITS = {
  backoffMsMin: 1_000,
  backoffMsMax: 30_000,
  attemptsMax: 25,
  totalMsMax: Infinity,
} as const satisfies RetryLimits;
