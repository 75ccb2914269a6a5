export interface BackOffLimits {
  readonly waitMsMin: number;
  readonly waitMsMax: number;
}

/** Twice as long after each failure, up to the longest, and jittered so that many don't come at once. */
export function backOffMs(
  failures: number,
  { waitMsMin, waitMsMax }: BackOffLimits,
  random: () => number,
): number {
  const longest = Math.min(waitMsMax, waitMsMin * 2 ** Math.min(failures - 1, 30));
  return Math.round(longest * (0.5 + random() / 2));
}
