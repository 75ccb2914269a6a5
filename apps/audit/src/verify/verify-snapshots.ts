import type { Findings } from '../checks/findings.js';
import type { Crew } from './jobs.js';
import type { SnapshotsFound } from './snapshot-pass.js';

export type SnapshotCounts = Omit<SnapshotsFound, 'findings'>;

interface Options {
  readonly streamsWithSnapshots?: AsyncIterable<readonly string[]>;
}

/** A page of accounts for each of the crew at a time, however many have snapshots. */
export async function checkSnapshots(
  crew: Crew,
  { streamsWithSnapshots }: Options,
  findings: Findings,
): Promise<SnapshotCounts | null> {
  if (streamsWithSnapshots === undefined) return null;
  const counts = { compared: 0, unknownKeys: 0, notCompared: 0 };
  const take = ({ findings: found, ...more }: SnapshotsFound): void => {
    findings.merge(found);
    for (const name of ['compared', 'unknownKeys', 'notCompared'] as const) {
      counts[name] += more[name];
    }
  };
  const underWay = new Set<Promise<void>>();
  for await (const streams of streamsWithSnapshots) {
    if (underWay.size >= crew.size) await Promise.race(underWay);
    const work = crew.run({ kind: 'snapshots', work: { streams } }).then(take);
    const done: Promise<void> = work.finally(() => underWay.delete(done));
    done.catch(() => undefined); // whoever waits below is told
    underWay.add(done);
  }
  await Promise.all(underWay);
  return counts;
}
