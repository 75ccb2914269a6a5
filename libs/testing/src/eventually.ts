import { sleep } from '#async';

const POLL_MS = 10;
/** Only a hang takes so long, also on a busy machine. It is less than the timeout of a test. */
const WAIT_MS_MAX = 120_000;

/** Calls `look` until it no longer throws. After the limit the last error is thrown. */
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
    await sleep(POLL_MS);
  }
}

/** The same for a condition, which is named for the error message. */
export function eventuallyHolds(
  what: string,
  holds: () => boolean | Promise<boolean>,
  waitMsMax = WAIT_MS_MAX,
): Promise<void> {
  return eventually(async () => {
    if (!(await holds())) throw new Error(`not within ${waitMsMax} ms: ${what}`);
  }, waitMsMax);
}
