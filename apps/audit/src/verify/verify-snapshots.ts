import type { Findings } from '../checks/findings.js';
import type { WorkerPool } from './jobs.js';
import type { SnapshotPassResult } from './snapshot-pass.js';

export type SnapshotCounts = Omit<SnapshotPassResult, 'findings'>;

interface Options {
  readonly streamsWithSnapshots?: AsyncIterable<readonly string[]>;
}

/** Gives each worker one page of accounts at a time, however many accounts have snapshots. */
export async function verifySnapshots(
  pool: WorkerPool,
  { streamsWithSnapshots }: Options,
  findings: Findings,
): Promise<SnapshotCounts | null> {
  if (streamsWithSnapshots === undefined) return null;
  const counts = { compared: 0, unknownKeys: 0, notCompared: 0 };
  const merge = ({ findings: found, ...more }: SnapshotPassResult): void => {
    findings.merge(found);
    for (const name of ['compared', 'unknownKeys', 'notCompared'] as const) {
      counts[name] += more[name];
    }
  };
  const inFlight = new Set<Promise<void>>();
  for await (const streams of streamsWithSnapshots) {
    if (inFlight.size >= pool.size) await Promise.race(inFlight);
    const work = pool.run({ kind: 'snapshots', work: { streams } }).then(merge);
    const done: Promise<void> = work.finally(() => inFlight.delete(done));
    done.catch(() => undefined); // it is thrown by one of the awaits
    inFlight.add(done);
  }
  await Promise.all(inFlight);
  return counts;
}
