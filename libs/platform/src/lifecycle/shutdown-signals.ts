import { SYSTEM_CLOCK, valueWithin, type Clock } from '#async';
import type { Log } from '../log/log.js';
import type { GracefulShutdown } from './graceful-shutdown.js';

/** The part of `process` that is used; a test has its own. */
export interface ShutdownProcess {
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  exit(code: number): void;
}

export interface ShutdownSignalsOptions {
  /** A Nest application: closing it calls the lifecycle hooks, and so the shutdown steps. */
  readonly app: { close(signal?: string): Promise<void> };
  readonly shutdown: GracefulShutdown;
  readonly log: Log;
  readonly process?: ShutdownProcess;
  readonly clock?: Pick<Clock, 'after'>;
}

/** Our own steps are bounded; this is for hooks of libraries that never return. */
const CLOSE_MARGIN_MS = 1_000;

/**
 * Shuts down gracefully on SIGTERM and SIGINT, at once on the second signal, and on an uncaught
 * exception. `app.enableShutdownHooks` would exit with 0 after a step that failed, wait for ever for
 * one that hangs, and ignore the second signal.
 */
export function handleShutdownSignals(options: ShutdownSignalsOptions): void {
  const { app, shutdown, log, process: target = process, clock = SYSTEM_CLOCK } = options;
  let isClosing = false;

  const closeWithin = (msMax: number, reason: string): Promise<boolean> => {
    const closing = app.close(reason).then(
      () => true,
      (err: unknown) => {
        log.error({ err }, 'application not closed');
        return false;
      },
    );
    return valueWithin(closing, msMax, false, clock);
  };
  const close = async (reason: string): Promise<void> => {
    if (isClosing) return;
    isClosing = true;
    const isClosed = await closeWithin(shutdown.msMax + CLOSE_MARGIN_MS, reason);
    log.info({ reason }, 'stopped');
    target.exit(isClosed && !shutdown.hasFailed ? 0 : 1);
  };

  for (const signal of ['SIGTERM', 'SIGINT']) {
    target.on(signal, () => {
      if (isClosing) {
        log.warn({ signal }, 'stopped before the shutdown was complete');
        target.exit(1);
      } else {
        log.info({ signal }, 'stopping');
        void close(signal);
      }
    });
  }
  // The state of the process is unknown: no shutdown step is worth running on it.
  for (const event of ['unhandledRejection', 'uncaughtException']) {
    target.on(event, (cause) => {
      log.fatal({ err: cause, event }, 'uncaught exception');
      target.exit(1);
    });
  }
  shutdown.whenFailed(() => void close('failure'));
}
