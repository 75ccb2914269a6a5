import { onAbort, type Signals } from './signals.js';

/** Time, as a test can replace it. */
export interface Clock {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Calls back once, unless the function that it returns was called before. */
  readonly after: (ms: number, then: () => void) => () => void;
}

/** setTimeout waits a millisecond for anything longer. */
const WAIT_MS_MAX = 2_147_483_647;

export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  after: (ms, then) => {
    const timer = setTimeout(then, Math.min(Math.max(0, ms), WAIT_MS_MAX));
    return () => clearTimeout(timer);
  },
};

/** Resolves after that long, or at once when one of the signals aborts. */
export function sleep(clock: Clock, ms: number, ...signals: Signals): Promise<void> {
  return new Promise((resolve) => {
    const stopClock = clock.after(ms, () => {
      stop();
      resolve();
    });
    const stop = onAbort(signals, () => {
      stopClock();
      resolve();
    });
  });
}
