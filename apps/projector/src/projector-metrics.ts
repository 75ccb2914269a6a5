import type { Clock } from '#async';
import {
  GREEN,
  type HealthStatus,
  type StallDetector,
  type Health,
  type Log,
} from '#platform/process';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { ReadTables } from '#read-model';
import type { ProjectorObserver } from '#projection';

/** When several measurements fail, the store or the database can't be reached. */
const LAG_AGE_MS_MAX = 15_000;

/** Turns what the projector reports into metrics, log messages and readiness. */
export function projectorObserver(
  metrics: Registry,
  log: Log,
  health: Health,
  flow: StallDetector,
  clock: Pick<Clock, 'now'>,
): ProjectorObserver {
  const series = seriesIn(metrics);
  let measuredAt = clock.now();
  health.addCheck('lag', () => {
    const ageMs = clock.now() - measuredAt;
    if (ageMs <= LAG_AGE_MS_MAX) return GREEN;
    return { state: 'red', reason: `was not measured for ${Math.floor(ageMs / 1_000)} s` };
  });
  let leading: boolean | null = null;
  let livePosition: string | null = null;
  let liveVersion: number | null = null;
  return {
    leadershipChanged: (now) => {
      series.leader.set(now ? 1 : 0);
      health.report('tables', GREEN);
      if (now !== leading) log.info(now ? 'leading' : 'waiting for the leader');
      leading = now;
    },
    applied: ({ version, events, rows, ms }) => {
      const labels = { version: String(version) };
      series.events.inc(labels, events);
      series.rows.inc(labels, rows);
      series.batchEvents.observe(events);
      series.batchSeconds.observe(ms / 1_000);
      series.committed.set(labels, Date.now() / 1_000);
    },
    lagMeasured: (lags) => {
      measuredAt = clock.now();
      series.lagEvents.reset();
      series.lagSeconds.reset();
      series.parked.reset();
      for (const { version, state, parked, events, seconds } of lags) {
        const labels = { version: String(version), state };
        series.lagEvents.set(labels, events);
        series.lagSeconds.set(labels, seconds);
        series.parked.set(labels, parked);
      }
      const live = lags.find(({ state }) => state === 'live');
      if (live === undefined) return;
      health.report('accounts', parkedCondition(live.parked));
      if (live.position !== livePosition) flow.reportProgress();
      livePosition = live.position;
      liveVersion = live.version;
      flow.reportWaiting(live.events);
    },
    parked: (version, { userId, revision, position, code, detail }) => {
      series.alarms.inc({ kind: 'parked' });
      log.error({ version, userId, revision, position, code, detail }, 'account parked');
    },
    retriedWithParking: (version, err) => {
      series.trouble.inc({ kind: 'repeated' });
      log.info({ version, err }, 'batch failed at an event, retrying with parking');
    },
    poisoned: (version, err) => {
      series.alarms.inc({ kind: 'poison' });
      log.fatal({ version, err }, 'version stopped at an event that cannot be applied');
      const isRead = liveVersion === null || version === liveVersion;
      const reason = `version ${version} stopped: ${err.message}`;
      health.report('tables', { state: isRead ? 'red' : 'amber', reason });
    },
    failed: (version, err) => {
      series.trouble.inc({ kind: 'failed' });
      log.warn({ version, err }, 'projection failed, retrying');
    },
    conflicted: (version) => {
      series.trouble.inc({ kind: 'overtaken' });
      log.info({ version }, 'checkpoint moved by another process');
    },
  };
}

function parkedCondition(accounts: number): HealthStatus {
  if (accounts === 0) return GREEN;
  const reason = `${accounts} ${accounts === 1 ? 'account is' : 'accounts are'} parked`;
  return { state: 'amber', reason };
}

function seriesIn(metrics: Registry) {
  const registers = [metrics];
  return {
    leader: new Gauge({
      name: 'projector_leader',
      help: '1 when this process is the leader, 0 when it waits for the leader',
      registers,
    }),
    events: new Counter({
      name: 'projector_events_total',
      help: 'Events written into the read tables',
      labelNames: ['version'] as const,
      registers,
    }),
    rows: new Counter({
      name: 'projector_rows_total',
      help: 'Statement rows written',
      labelNames: ['version'] as const,
      registers,
    }),
    batchEvents: new Histogram({
      name: 'projector_batch_events',
      help: 'Events per batch; several batches may share a transaction',
      buckets: [1, 5, 20, 50, 100, 200, 500, 1_000, 2_000],
      registers,
    }),
    batchSeconds: new Histogram({
      name: 'projector_batch_seconds',
      help: 'Seconds from passing a batch to the table writer to its commit',
      buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5],
      registers,
    }),
    committed: new Gauge({
      name: 'projector_last_commit_timestamp_seconds',
      help: 'Time of the last commit',
      labelNames: ['version'] as const,
      registers,
    }),
    lagEvents: new Gauge({
      name: 'projector_lag_events',
      help: 'Events that are not in the read tables yet, counted up to 10,000',
      labelNames: ['version', 'state'] as const,
      registers,
    }),
    lagSeconds: new Gauge({
      name: 'projector_lag_seconds',
      help: 'Age of the oldest event that is not in the read tables yet',
      labelNames: ['version', 'state'] as const,
      registers,
    }),
    parked: new Gauge({
      name: 'projector_parked_accounts',
      help: 'Accounts whose events are skipped because one of them could not be applied',
      labelNames: ['version', 'state'] as const,
      registers,
    }),
    trouble: new Counter({
      name: 'projector_trouble_total',
      help: 'Failures that delayed the projection and were retried',
      labelNames: ['kind'] as const,
      registers,
    }),
    alarms: new Counter({
      name: 'projector_alarms_total',
      help: 'Failures that no retry can fix. Alert on any increase',
      labelNames: ['kind'] as const,
      registers,
    }),
  };
}

/** The gauge is queried on each collection, and shows a service that does not settle its pre-deductions. */
export function registerOldestOpenGauge(
  metrics: Registry,
  log: Log,
  tables: Pick<ReadTables, 'oldestOpenConsumption'>,
): void {
  new Gauge({
    name: 'projector_oldest_open_seconds',
    help: 'Age of the oldest open pre-deduction, 0 when none is open',
    registers: [metrics],
    async collect() {
      try {
        const openedAt = await tables.oldestOpenConsumption();
        this.set(openedAt === null ? 0 : (Date.now() - Date.parse(openedAt)) / 1_000);
      } catch (err) {
        log.warn({ err }, 'oldest open pre-deduction not measured');
      }
    },
  });
}
