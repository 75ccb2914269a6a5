import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';

export interface ThrowAwayPlace {
  /** A folder that is gone afterwards. */
  readonly home: string;
  /** Stops what was started here; what was started last is stopped first. */
  readonly stopping: (stop: () => Promise<void>) => void;
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** A bench leaves nothing behind, neither a server nor a folder: not when it is killed, either. */
export async function inThrowAwayPlace<T>(work: (place: ThrowAwayPlace) => Promise<T>): Promise<T> {
  const home = await mkdtemp(join(tmpdir(), 'points-ledger-bench-'));
  const stops: (() => Promise<void>)[] = [];
  let cleared: Promise<void> | null = null;
  const clear = (): Promise<void> => (cleared ??= clearAll(stops, home));
  // A signal to the whole group comes twice, from npm as well.
  const killed = (signal: (typeof SIGNALS)[number]): void =>
    void clear().finally(() => process.exit(128 + constants.signals[signal]));
  for (const signal of SIGNALS) process.on(signal, killed);
  try {
    await chmod(home, 0o755); // a server under a user of its own gets in
    return await work({ home, stopping: (stop) => stops.push(stop) });
  } finally {
    await clear();
    for (const signal of SIGNALS) process.off(signal, killed);
  }
}

async function clearAll(stops: readonly (() => Promise<void>)[], home: string): Promise<void> {
  for (const stop of [...stops].reverse()) await stop();
  await rm(home, { recursive: true, force: true, maxRetries: 3 });
}
