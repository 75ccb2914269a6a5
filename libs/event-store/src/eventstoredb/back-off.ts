import type { ResolvedEventStoreDbOptions } from './options.js';

const DOUBLINGS_MAX = 20;

/** Longer from failure to failure, up to a limit, and never the same for all who failed at once. */
export function backOffMs(
  failures: number,
  { backoffMsMin: backOffMsMin, backoffMsMax: backOffMsMax, random }: ResolvedEventStoreDbOptions,
): number {
  const whole = Math.min(backOffMsMax, backOffMsMin * 2 ** Math.min(failures, DOUBLINGS_MAX));
  return whole * (0.5 + random() / 2);
}
