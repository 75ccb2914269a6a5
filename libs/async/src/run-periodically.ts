import { SYSTEM_CLOCK, type Clock } from './clock.js';

export interface PeriodicRun {
  /** Resolves when the current run has ended. */
  stop(): Promise<void>;
}

/** Runs at once, and again `pauseMs` after the end of each run. `run` must not reject. */
export function runPeriodically(
  run: () => Promise<void>,
  pauseMs: number,
  clock: Pick<Clock, 'after'> = SYSTEM_CLOCK,
): PeriodicRun {
  let isStopped = false;
  let cancel = (): void => undefined;
  let running: Promise<void>;
  const runOnce = (): void => {
    running = run().then(() => {
      if (!isStopped) cancel = clock.after(pauseMs, runOnce);
    });
  };
  runOnce();
  return {
    stop: async () => {
      isStopped = true;
      cancel();
      await running;
    },
  };
}
