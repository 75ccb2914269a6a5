import type { CommandContext } from './command-context.js';
import { readSettings } from '../checks/known-settings.js';
import { readTakeOvers } from '../checks/known-take-overs.js';
import { parsePolicy } from '../checks/parse-policy.js';
import { openSnapshotSource, type OpenSnapshotSource } from '../store/open-snapshot-source.js';
import type { EventSource } from '../store/event-source.js';
import { openEventSource } from '../store/open-event-source.js';
import { Progress } from '#terminal';
import type { WorkerPool } from '../verify/jobs.js';
import type { WorkerOptions } from '../verify/worker-pool.js';

export interface PoolSession {
  readonly source: EventSource;
  /** null: snapshots are not checked. */
  readonly snapshots: OpenSnapshotSource | null;
  readonly pool: WorkerPool;
  readonly progress: Progress;
  /** Seconds since the pool was opened. */
  readonly seconds: () => number;
}

/** Opens the store and a worker pool for as long as `work` takes. */
export async function withWorkerPool<T>(
  context: CommandContext,
  extraPolicies: readonly string[],
  work: (session: PoolSession) => Promise<T>,
  { withSnapshots = false } = {},
): Promise<T> {
  const eventStore = context.settings.eventStore();
  const policies = [...context.settings.policies, ...extraPolicies.map(parsePolicy)];
  const source = await openEventSource(eventStore);
  try {
    const settings = await readSettings(source);
    const takeOvers = await readTakeOvers(source);
    const stored = withSnapshots ? context.settings.snapshots() : null;
    return await withPool(
      context,
      { eventStore, policies, settings, takeOvers, snapshots: stored },
      source,
      work,
    );
  } finally {
    await source.close();
  }
}

async function withPool<T>(
  context: CommandContext,
  options: WorkerOptions,
  source: EventSource,
  work: (session: PoolSession) => Promise<T>,
): Promise<T> {
  const snapshots = options.snapshots === null ? null : openSnapshotSource(options.snapshots);
  const pool = context.openWorkerPool(options, source);
  const progress = new Progress(context.terminal, 'events', () => pool.eventsRead);
  const startedMs = performance.now();
  const seconds = (): number => (performance.now() - startedMs) / 1000;
  try {
    return await work({ source, snapshots, pool, progress, seconds });
  } finally {
    progress.end();
    await pool.close();
    await snapshots?.snapshots.close();
  }
}
