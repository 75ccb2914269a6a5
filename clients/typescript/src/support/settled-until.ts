import type { Clock } from './clock.js';

/** Resolves when all have settled, or at that time. */
export async function settledUntil(
  clock: Clock,
  untilMs: number,
  all: readonly Promise<unknown>[],
): Promise<void> {
  let stop = (): void => undefined;
  const late = new Promise<void>((resolve) => {
    stop = clock.after(untilMs - clock.now(), resolve);
  });
  await Promise.race([Promise.allSettled(all), late]);
  stop();
}
