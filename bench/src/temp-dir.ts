import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TempDir {
  /** A folder that is removed afterwards. */
  readonly path: string;
  /** Registers a cleanup step. Steps run in reverse order. */
  readonly onExit: (stop: () => Promise<void>) => void;
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** Runs a benchmark in a temporary folder, and cleans up servers and folder also when it is interrupted. */
export async function withTempDir<T>(work: (place: TempDir) => Promise<T>): Promise<T> {
  const home = await mkdtemp(join(tmpdir(), 'points-ledger-bench-'));
  const stops: (() => Promise<void>)[] = [];
  let cleanup: Promise<void> | null = null;
  const cleanUp = (): Promise<void> => (cleanup ??= stopAndRemove(stops, home));
  // A signal to the process group arrives twice, because npm forwards it as well.
  const onSignal = (signal: (typeof SIGNALS)[number]): void =>
    void cleanUp().finally(() => process.exit(128 + constants.signals[signal]));
  for (const signal of SIGNALS) process.on(signal, onSignal);
  try {
    await chmod(home, 0o755); // A server under its own user must be able to enter the folder.
    return await work({ path: home, onExit: (stop) => stops.push(stop) });
  } finally {
    await cleanUp();
    for (const signal of SIGNALS) process.off(signal, onSignal);
  }
}

async function stopAndRemove(stops: readonly (() => Promise<void>)[], home: string): Promise<void> {
  for (const stop of [...stops].reverse()) await stop();
  await rm(home, { recursive: true, force: true, maxRetries: 3 });
}
