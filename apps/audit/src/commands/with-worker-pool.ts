import type { CommandContext } from './command-context.js';
import { parsePolicy } from '../checks/known-policies.js';
import { openSnapshotSource, type OpenSnapshotSource } from '../store/open-snapshot-source.js';
import type { EventSource } from '../store/event-source.js';
import { openEventSource } from '../store/open-event-source.js';
import { Progress } from '../terminal/progress.js';
import type { WorkerPool } from '../verify/jobs.js';

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
  const settings = withSnapshots ? context.settings.snapshots() : null;
  const snapshots = settings === null ? null : openSnapshotSource(settings);
  const pool = context.openWorkerPool({ eventStore, policies, snapshots: settings }, source);
  const progress = new Progress(context.terminal, 'events', () => pool.eventsRead);
  const startedMs = performance.now();
  const seconds = (): number => (performance.now() - startedMs) / 1000;
  try {
    return await work({ source, snapshots, pool, progress, seconds });
  } finally {
    progress.end();
    await pool.close();
    await snapshots?.snapshots.close();
    await source.close();
  }
}
