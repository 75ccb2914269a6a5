import { SYSTEM_CLOCK, type Clock } from './clock.js';
import { sleep } from './sleep.js';

export interface PollOptions {
  readonly everyMs: number;
  readonly totalMsMax: number;
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Pick<Clock, 'now' | 'after'>;
}

/** Polls a condition. Returns false when it did not become true in time, or when `signal` aborted. */
export async function pollUntil(
  isTrue: () => boolean | Promise<boolean>,
  { everyMs, totalMsMax, signal, clock = SYSTEM_CLOCK }: PollOptions,
): Promise<boolean> {
  const until = clock.now() + totalMsMax;
  while (signal?.aborted !== true) {
    if (await isTrue()) return true;
    const leftMs = until - clock.now();
    if (leftMs <= 0) return false;
    await sleep(Math.min(everyMs, leftMs), { signal, clock });
  }
  return false;
}
