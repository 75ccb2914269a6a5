/** Retries with back-off and jitter; 25 attempts take some ten minutes, then the reader retries. */
export const RETRY_LIMITS = { backoffMsMin: 1_000, backoffMsMax: 30_000, attemptsMax: 25 } as const;
