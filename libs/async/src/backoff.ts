export interface BackoffLimits {
  readonly backoffMsMin: number;
  readonly backoffMsMax: number;
}

/** Doubling is limited, because the delay would become Infinity. */
const DOUBLINGS_MAX = 30;

/**
 * Exponential back-off with jitter: how long to wait after a failure, when `earlierFailures` came
 * before it. Half of the delay is random, so that callers who failed together don't return together.
 */
export function backoffMs(
  earlierFailures: number,
  { backoffMsMin, backoffMsMax }: BackoffLimits,
  random: () => number = Math.random,
): number {
  const doublings = Math.min(earlierFailures, DOUBLINGS_MAX);
  const longest = Math.min(backoffMsMax, backoffMsMin * 2 ** doublings);
  return Math.round(longest * (0.5 + random() / 2));
}
