import { setTimeout as delay } from 'node:timers/promises';

const LOOK_AGAIN_MS = 10;

/** Looks until it no longer throws. What it threw last is thrown when the time is up. */
export async function eventually(
  look: () => void | Promise<void>,
  waitMsMax = 10_000,
): Promise<void> {
  const until = performance.now() + waitMsMax;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (performance.now() > until) throw error;
    }
    await delay(LOOK_AGAIN_MS);
  }
}
