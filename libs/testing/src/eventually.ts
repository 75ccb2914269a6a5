import { setTimeout as delay } from 'node:timers/promises';

const LOOK_AGAIN_MS = 10;
const WAIT_MS_MAX = 10_000;

/** Looks until it no longer throws. What it threw last is thrown when the time is up. */
export async function eventually(
  look: () => void | Promise<void>,
  waitMsMax = WAIT_MS_MAX,
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

/** The same for a plain question, which has to say what it is about. */
export function eventuallyHolds(
  what: string,
  holds: () => boolean | Promise<boolean>,
  waitMsMax = WAIT_MS_MAX,
): Promise<void> {
  return eventually(async () => {
    if (!(await holds())) throw new Error(`not within ${waitMsMax} ms: ${what}`);
  }, waitMsMax);
}
