import { knownSettings } from '../checks/known-settings.js';
import type { EventSource } from '../store/event-source.js';
import { jobRunner, type Job, type JobResult, type WorkerPool } from '../verify/jobs.js';
import type { SnapshotAccess } from '../verify/snapshot-pass.js';

/** A pool without threads: it runs one job after the other in the current thread. */
export function inlineWorkerPool(
  source: EventSource,
  known = knownSettings(),
  snapshots: SnapshotAccess | null = null,
): WorkerPool {
  let eventsRead = 0;
  const run = jobRunner(source, known, snapshots, (more) => (eventsRead += more));
  let previous: Promise<unknown> = Promise.resolve();
  return {
    size: 1,
    get eventsRead() {
      return eventsRead;
    },
    run: <J extends Job>(job: J): Promise<JobResult<J>> => {
      const result = previous.then(() => run(job)) as Promise<JobResult<J>>;
      previous = result.catch(() => {});
      return result;
    },
    close: async () => {},
  };
}
