import type { Clock } from './clock.js';
import { onAbort, type Signals } from './signals.js';

/** It took longer than it may. */
export class TooLateError extends Error {
  override readonly name = 'TooLateError';
}

/** What the promise gives, or TooLateError after that long; with signals, the reason of the one that aborts. */
export async function within<T>(
  clock: Clock,
  ms: number,
  work: Promise<T>,
  ...signals: Signals
): Promise<T> {
  let stop = (): void => undefined;
  const ended = new Promise<never>((_, reject) => {
    const stopClock = clock.after(ms, () => reject(new TooLateError(`not within ${ms} ms`)));
    const stopListening = onAbort(signals, (reason) => reject(reason));
    stop = () => {
      stopClock();
      stopListening();
    };
  });
  try {
    return await Promise.race([work, ended]);
  } finally {
    stop();
  }
}
