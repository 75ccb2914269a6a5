import type { Clock } from './clock.js';

/** It took longer than it may. */
export class TooLateError extends Error {
  override readonly name = 'TooLateError';
}

/** What the promise gives, or TooLateError after that long; with a signal, its reason when it aborts. */
export async function within<T>(
  clock: Clock,
  ms: number,
  work: Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  let stop = (): void => undefined;
  const ended = new Promise<never>((_, reject) => {
    const stopClock = clock.after(ms, () => reject(new TooLateError(`not within ${ms} ms`)));
    const abort = (): void => reject(signal?.reason as Error);
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted === true) abort();
    stop = () => {
      stopClock();
      signal?.removeEventListener('abort', abort);
    };
  });
  try {
    return await Promise.race([work, ended]);
  } finally {
    stop();
  }
}
