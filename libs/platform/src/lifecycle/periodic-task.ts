import type { Clock } from '../clock.js';

export interface PeriodicTask {
  /** Resolves when the run that is under way has ended. */
  stop(): Promise<void>;
}

/** Runs it now and then again and again, a pause after each run. `run` must not reject. */
export function runPeriodically(
  clock: Pick<Clock, 'after'>,
  pauseMs: number,
  run: () => Promise<void>,
): PeriodicTask {
  let stopped = false;
  let cancel = (): void => undefined;
  let running: Promise<void>;
  const runOnce = (): void => {
    running = run().then(() => {
      if (!stopped) cancel = clock.after(pauseMs, runOnce);
    });
  };
  runOnce();
  return {
    stop: async () => {
      stopped = true;
      cancel();
      await running;
    },
  };
}
