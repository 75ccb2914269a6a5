export interface BackoffLimits {
  readonly msMin: number;
  readonly msMax: number;
}

export const BACKOFF: BackoffLimits = { msMin: 100, msMax: 5_000 };

/** How long to wait after that many failures: twice as long each time, less a random part of half. */
export function backoffMs(
  failures: number,
  { msMin, msMax }: BackoffLimits = BACKOFF,
  random: () => number = Math.random,
): number {
  const whole = Math.min(msMax, msMin * 2 ** Math.min(failures - 1, 30));
  return whole * (1 - random() / 2);
}

/** As long as the answer asks for, but never at once: an API that says 0 must not be asked without a pause. */
export const waitMsOf = (
  retryAfterMs: number | null,
  failures: number,
  limits: BackoffLimits = BACKOFF,
): number =>
  retryAfterMs === null ? backoffMs(failures, limits) : Math.max(retryAfterMs, limits.msMin);
