import type { Log } from '../log/log.js';

export interface ShutdownStep {
  readonly name: string;
  readonly msMax: number;
  run(): Promise<void> | void;
}

/** What of `process` is used; a test has its own. */
export interface ShutdownProcess {
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  exit(code: number): void;
}

export interface ShutdownOptions {
  /** One after the other: first what lets work in, last what work needs. */
  readonly steps: readonly ShutdownStep[];
  readonly log: Log;
  readonly process?: ShutdownProcess;
  /** For all steps together. A process that is asked to stop is gone by then. */
  readonly totalMsMax?: number;
  /** The same after a failure. */
  readonly failureMsMax?: number;
}

export interface GracefulShutdown {
  /** As SIGTERM does. Resolves when all steps are through and the process was told to exit. */
  stop(reason: string): Promise<void>;
  /** Something is broken for good: stop in order, quickly, and exit with 1. */
  fail(cause: unknown): Promise<void>;
}

const TOTAL_MS_MAX = 9_000;
const FAILURE_MS_MAX = 4_000;

/** Stops on SIGTERM and SIGINT, at once on the second; ends the process on what nobody caught. */
export function handleShutdown(options: ShutdownOptions): GracefulShutdown {
  const { log, process: target = process, failureMsMax: failMsMax = FAILURE_MS_MAX } = options;
  const allMsMax = options.totalMsMax ?? TOTAL_MS_MAX;
  let shutdown: Promise<void> | null = null;
  let failed = false;

  const begin = (reason: string, msMax: number): Promise<void> => {
    shutdown ??= runSteps(options.steps, log, msMax).then((clean) => {
      log.info({ reason }, 'stopped');
      target.exit(clean && !failed ? 0 : 1);
    });
    return shutdown;
  };
  const fail = (cause: unknown): Promise<void> => {
    failed = true;
    log.fatal({ err: cause }, 'cannot go on');
    return begin('failure', failMsMax);
  };

  for (const signal of ['SIGTERM', 'SIGINT']) {
    target.on(signal, () => {
      if (shutdown === null) {
        log.info({ signal }, 'stopping');
        void begin(signal, allMsMax);
      } else {
        log.warn({ signal }, 'stopped at once');
        target.exit(1);
      }
    });
  }
  // Whatever they left behind can't be known: no step is worth running on it.
  for (const event of ['unhandledRejection', 'uncaughtException']) {
    target.on(event, (cause) => {
      log.fatal({ err: cause, event }, 'nobody caught this');
      target.exit(1);
    });
  }
  return { stop: (reason) => begin(reason, allMsMax), fail };
}

async function runSteps(
  steps: readonly ShutdownStep[],
  log: Log,
  allMsMax: number,
): Promise<boolean> {
  const until = performance.now() + allMsMax;
  let clean = true;
  for (const step of steps) {
    const msLeft = Math.max(0, Math.min(step.msMax, until - performance.now()));
    const failure = await failureOf(step, msLeft);
    if (failure === null) continue;
    clean = false;
    log.error({ step: step.name, err: failure }, 'stopping left this undone');
  }
  return clean;
}

async function failureOf(step: ShutdownStep, msMax: number): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<unknown>((give) => {
    timer = setTimeout(() => give(new Error(`Not through within ${Math.round(msMax)} ms`)), msMax);
  });
  const ended = (async () => step.run())().then(
    () => null,
    (error: unknown) => error ?? new Error('Rejected without a reason'),
  );
  try {
    return await Promise.race([ended, late]);
  } finally {
    clearTimeout(timer);
  }
}
