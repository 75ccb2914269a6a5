import { SYSTEM_CLOCK, type Clock } from './clock.js';

export interface SleepOptions {
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Pick<Clock, 'after'> | undefined;
}

/** Resolves after `ms`, or as soon as `signal` aborts. It never rejects. */
export function sleep(ms: number, options: SleepOptions = {}): Promise<void> {
  const { signal, clock = SYSTEM_CLOCK } = options;
  if (signal?.aborted === true) return Promise.resolve();
  return new Promise((resolve) => {
    let cancel = (): void => undefined;
    const end = (): void => {
      cancel();
      signal?.removeEventListener('abort', end);
      resolve();
    };
    signal?.addEventListener('abort', end);
    cancel = clock.after(ms, end);
  });
}
