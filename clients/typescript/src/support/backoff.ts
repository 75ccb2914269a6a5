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
