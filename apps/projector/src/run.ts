import { TABLES_NAME, openStores, type LedgerVariables } from '#assembly';
import {
  StallDetector,
  GREEN,
  Health,
  SYSTEM_CLOCK,
  createLog,
  createMetrics,
  serveProbes,
  handleShutdown,
} from '#runtime';
import { measureOldestOpen, projectorObserver } from './projector-metrics.js';
import { Projector } from './projector.js';
import { writingPool } from './writing-pool.js';

const APP = 'projector';
/** Events wait, and none came in for so long: work does not flow. */
const STILL_MS_MAX = 60_000;
const STATEMENT_MS_MAX = 30_000;

/** Follows the event store and keeps the read tables: the list of what the process is made of. */
export async function runProjector(config: LedgerVariables): Promise<void> {
  const log = createLog({ app: APP, level: config.LOG_LEVEL });
  const metrics = createMetrics(APP);
  const health = new Health(['event store', 'tables']);
  const flow = new StallDetector(SYSTEM_CLOCK, STILL_MS_MAX);
  health.addCheck('flow', () => flow.status());
  const probes = await serveProbes({ port: config.PORT, host: config.HOST, health, metrics });
  const stores = await openStores(config, log, ['read events', 'write tables']);
  health.report('event store', GREEN);
  measureOldestOpen(metrics, log, stores.tables);
  const pool = writingPool(config.DATABASE_URL, STATEMENT_MS_MAX, log);
  const stop = new AbortController();
  const projector = new Projector({
    store: stores.events,
    pool,
    name: TABLES_NAME,
    observer: projectorObserver(metrics, log, health, flow, SYSTEM_CLOCK),
    now: () => SYSTEM_CLOCK.timeOfDay(),
    ...(stores.followsDirectly !== null && { followsDirectly: stores.followsDirectly }),
  });
  const working = projector.run(stop.signal);
  const stopping = handleShutdown({
    log,
    steps: [
      { name: 'projection', msMax: 6_000, run: () => stopped(working, stop) },
      { name: 'tables', msMax: 1_000, run: () => pool.end() },
      { name: 'stores', msMax: 3_000, run: () => stores.close() },
      { name: 'probes', msMax: 1_000, run: () => probes.close() },
    ],
  });
  working.catch((cause: unknown) => void stopping.fail(cause));
  log.info({ port: probes.port }, 'started');
}

/** What is under way is written, then the lock is let go. A failure was told before. */
async function stopped(working: Promise<void>, stop: AbortController): Promise<void> {
  stop.abort();
  await working.catch(() => undefined);
}
