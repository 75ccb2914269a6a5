import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TempDir {
  /** A folder that is gone afterwards. */
  readonly path: string;
  /** Stops what was started here; what was started last is stopped first. */
  readonly onExit: (stop: () => Promise<void>) => void;
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** A bench leaves nothing behind, neither a server nor a folder: not when it is killed, either. */
export async function withTempDir<T>(work: (place: TempDir) => Promise<T>): Promise<T> {
  const home = await mkdtemp(join(tmpdir(), 'points-ledger-bench-'));
  const stops: (() => Promise<void>)[] = [];
  let cleanup: Promise<void> | null = null;
  const cleanUp = (): Promise<void> => (cleanup ??= stopAndRemove(stops, home));
  // A signal to the whole group comes twice, from npm as well.
  const onSignal = (signal: (typeof SIGNALS)[number]): void =>
    void cleanUp().finally(() => process.exit(128 + constants.signals[signal]));
  for (const signal of SIGNALS) process.on(signal, onSignal);
  try {
    await chmod(home, 0o755); // a server under a user of its own gets in
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
