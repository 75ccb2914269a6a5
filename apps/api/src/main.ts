import 'reflect-metadata';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openCommandProcessor, openSenders, openStores } from '#platform';
import type { AccountCommandProcessor } from '#commands';
import { SYSTEM_CLOCK } from '#async';
import {
  StallDetector,
  Health,
  NestLogger,
  createLog,
  createMetrics,
  exitOnError,
  readConfiguration,
  serveProbes,
  GracefulShutdown,
  handleShutdownSignals,
  type ProbeServer,
} from '#platform/process';
import type { Registry } from 'prom-client';
import { createTokenVerifier } from './common/access/token-verifier.js';
import { createApiObserver } from './api-metrics.js';
import { API_VARIABLES, tokenVerifierOptions, type ApiVariables } from './api-variables.js';
import { createApi, type Api } from './create-api.js';
import { startHealthChecks } from './health/periodic-health-check.js';
import { clockCheck, readProgressCheck, storeChecks } from './health/health-checks.js';

// HTTP: commands in, the projection out. This file is the list of what the process is made of.

const APP = 'api';
const STALL_MS_MAX = 60_000;
const ANONYMOUS_RATE_PER_SECOND = 5;
const SUBJECT_STREAMS_MAX = 8;
const CHANGES_POLL_MS = 200;
const HEARTBEAT_MS = 15_000;
const POSITION_WAIT_MS_MAX = 2_000;
const DRAIN_MS_MAX = 3_000;

async function main(): Promise<void> {
  const config = readConfiguration(API_VARIABLES, process.env);
  const log = createLog({ app: APP, level: config.LOG_LEVEL });
  const metrics = createMetrics(APP);
  const health = new Health(['event store', 'read tables', 'reads', 'clock']);
  const stallDetector = new StallDetector(SYSTEM_CLOCK, STALL_MS_MAX);
  const clock = SYSTEM_CLOCK;
  const sending = await openSenders(config, process.env, { metrics, log, clock });
  health.addCheck('senders', () => sending.status());
  const tokens = await createTokenVerifier(tokenVerifierOptions(config), () => clock.timeOfDay());
  const probes = await openMetricsServer(config, health, metrics);
  const stores = await openStores(config, log, ['append', 'read tables']);
  const { events: store, tables } = stores;
  const commandProcessor = openCommandProcessor(stores, config, metrics, log);
  health.addCheck('commands', () => {
    stallDetector.reportWaiting(commandProcessor.stats.active + commandProcessor.stats.queued);
    return stallDetector.status();
  });
  const folder = resolve(config.WEB_FOLDER);
  const api = await createApi(
    {
      commandProcessor: commandProcessor,
      store,
      tables,
      policy: config.LEDGER_POLICY,
      tokens,
      senders: sending.senders,
      cursorKey: config.CURSOR_KEY,
      rates: {
        userPerSecond: config.RATE_USER_PER_SECOND,
        servicePerSecond: config.RATE_SERVICE_PER_SECOND,
        unknownPerSecond: ANONYMOUS_RATE_PER_SECOND,
      },
      streams: {
        streamsMax: config.STREAMS_MAX,
        subjectStreamsMax: SUBJECT_STREAMS_MAX,
        pollMs: CHANGES_POLL_MS,
        heartbeatMs: HEARTBEAT_MS,
      },
      positionWaitMsMax: POSITION_WAIT_MS_MAX,
      health,
      metrics,
      clock,
      observer: createApiObserver(metrics, log, stallDetector),
      pageFolder: existsSync(join(folder, 'index.html')) ? folder : null,
      hasMetricsPort: config.METRICS_PORT !== null,
    },
    { isBehindProxy: config.BEHIND_PROXY, corsOrigins: config.CORS_ORIGINS },
    new NestLogger(log),
  );
  const checking = startHealthChecks(
    [
      ...storeChecks(store, tables),
      readProgressCheck(store, tables, clock),
      clockCheck(clock, stores),
    ],
    health,
    clock,
  );
  const shutdown = new GracefulShutdown(log);
  const background = { phase: 'background', msMax: 1_000 } as const;
  shutdown.register({
    name: 'http',
    phase: 'input',
    msMax: 5_000,
    run: () => closeHttp(api, commandProcessor),
  });
  shutdown.register({ name: 'senders', ...background, run: () => sending.stop() });
  shutdown.register({ name: 'checks', ...background, run: () => checking.stop() });
  shutdown.register({ name: 'stores', phase: 'stores', msMax: 3_000, run: () => stores.close() });
  shutdown.register({ name: 'probes', phase: 'probes', msMax: 1_000, run: () => probes?.close() });
  const closeAll = async (): Promise<void> => {
    await shutdown.beforeApplicationShutdown();
    await shutdown.onApplicationShutdown();
  };
  handleShutdownSignals({ app: { close: closeAll }, shutdown, log });
  await api.app.listen(config.PORT, config.HOST);
  log.info({ address: await api.app.getUrl() }, 'started');
}

/** null: they are on the public port. */
function openMetricsServer(
  { METRICS_PORT: port, METRICS_HOST: host }: ApiVariables,
  health: Health,
  metrics: Registry,
): Promise<ProbeServer> | null {
  return port === null ? null : serveProbes({ port, host, health, metrics });
}

/** Side by side: requests end when their commands are answered, or when the desk gives them up. */
async function closeHttp(api: Api, commandProcessor: AccountCommandProcessor): Promise<void> {
  await Promise.all([api.close(), commandProcessor.drain(DRAIN_MS_MAX)]);
}

exitOnError(main());
