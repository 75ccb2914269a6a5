import { TABLES_NAME, openStores, type LedgerVariables } from '#platform';
import { SYSTEM_CLOCK } from '#async';
import {
  StallDetector,
  GREEN,
  Health,
  createLog,
  createMetrics,
  serveProbes,
  handleShutdown,
} from '#platform/process';
import { registerOldestOpenGauge, projectorObserver } from './projector-metrics.js';
import { Projector } from '#projection';
import { createWriterPool } from './writer-pool.js';

const APP = 'projector';
/** Events wait, and none came in for so long: work does not flow. */
const STALLED_MS_MAX = 60_000;
const QUERY_MS_MAX = 30_000;

/** Follows the event store and keeps the read tables: the list of what the process is made of. */
export async function runProjector(config: LedgerVariables): Promise<void> {
  const log = createLog({ app: APP, level: config.LOG_LEVEL });
  const metrics = createMetrics(APP);
  const health = new Health(['event store', 'tables']);
  const flow = new StallDetector(SYSTEM_CLOCK, STALLED_MS_MAX);
  health.addCheck('flow', () => flow.status());
  const probes = await serveProbes({ port: config.PORT, host: config.HOST, health, metrics });
  const stores = await openStores(config, log, ['read events', 'write tables']);
  health.report('event store', GREEN);
  registerOldestOpenGauge(metrics, log, stores.tables);
  const pool = createWriterPool(config.DATABASE_URL, QUERY_MS_MAX, log);
  const stop = new AbortController();
  const projector = new Projector({
    store: stores.events,
    pool,
    name: TABLES_NAME,
    observer: projectorObserver(metrics, log, health, flow, SYSTEM_CLOCK),
    now: () => SYSTEM_CLOCK.timeOfDay(),
    ...(stores.followsDirectly !== null && { followsDirectly: stores.followsDirectly }),
  });
  const running = projector.run(stop.signal);
  const stopping = handleShutdown({
    log,
    steps: [
      { name: 'projection', msMax: 6_000, run: () => stopped(running, stop) },
      { name: 'tables', msMax: 1_000, run: () => pool.end() },
      { name: 'stores', msMax: 3_000, run: () => stores.close() },
      { name: 'probes', msMax: 1_000, run: () => probes.close() },
    ],
  });
  running.catch((cause: unknown) => void stopping.fail(cause));
  log.info({ port: probes.port }, 'started');
}

/** What is under way is written, then the lock is let go. A failure was told before. */
async function stopped(running: Promise<void>, stop: AbortController): Promise<void> {
  stop.abort();
  await running.catch(() => undefined);
}
