import { setTimeout as delay } from 'node:timers/promises';

/** Resolves after that time, or when the signal aborts. */
export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
