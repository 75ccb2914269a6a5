import type { CommandObserver, AccountCommandProcessor } from '#commands';
import type { Answer, CommandType } from '#ledger';
import { LATENCY_BUCKETS_SECONDS } from '../metrics/metrics.js';
import type { Log } from '../log/log.js';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What the desk reports, as figures to alarm on and lines to search. */
export function commandObserver(registry: Registry, log: Log): CommandObserver {
  const registers = [registry];
  const appends = new Histogram({
    name: 'ledger_append_seconds',
    help: 'From the first attempt of an append to its answer',
    buckets: [...LATENCY_BUCKETS_SECONDS],
    registers,
  });
  const events = new Counter({
    name: 'ledger_events_total',
    help: 'Events that were recorded',
    registers,
  });
  const grouped = new Histogram({
    name: 'ledger_append_commands',
    help: 'Commands of one account that went into one append',
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500],
    registers,
  });
  const retries = new Counter({
    name: 'ledger_store_trouble_total',
    help: 'Appends and reads of the event store that were tried again, by why',
    labelNames: ['kind'] as const,
    registers,
  });
  const loads = new Counter({
    name: 'ledger_accounts_total',
    help: 'Where the state of an account came from',
    labelNames: ['from'] as const,
    registers,
  });
  const snapshots = new Counter({
    name: 'ledger_snapshot_trouble_total',
    help: 'Snapshots that were not used, not saved, forged, or other than their events',
    labelNames: ['kind'] as const,
    registers,
  });
  const checked = new Counter({
    name: 'ledger_snapshots_checked_total',
    help: 'Snapshots that were held against all events before them',
    registers,
  });
  const alarms = new Counter({
    name: 'ledger_alarms_total',
    help: 'What no repeat will help: somebody has to look',
    labelNames: ['kind'] as const,
    registers,
  });
  return {
    appended: (report) => {
      appends.observe(report.ms / 1000);
      grouped.observe(report.commands);
      events.inc(report.events);
    },
    conflicted: (stream) => {
      retries.inc({ kind: 'conflict' });
      log.debug({ stream }, 'append conflicted');
    },
    unknown: (stream, err) => {
      retries.inc({ kind: 'unknown' });
      log.warn({ stream, err }, 'append unknown');
    },
    unread: (stream, err) => {
      retries.inc({ kind: 'unread' });
      log.warn({ stream, err }, 'read failed');
    },
    found: () => loads.inc({ from: 'cache' }),
    loaded: ({ from }) => loads.inc({ from }),
    snapshotIgnored: (stream, reason) => {
      snapshots.inc({ kind: 'ignored' });
      log.warn({ stream, reason }, 'snapshot ignored');
    },
    snapshotForged: (stream) => {
      snapshots.inc({ kind: 'forged' });
      alarms.inc({ kind: 'SnapshotForged' });
      log.error({ stream }, 'snapshot forged');
    },
    snapshotDiffers: (stream, revision, difference) => {
      snapshots.inc({ kind: 'differs' });
      alarms.inc({ kind: 'SnapshotDiffers' });
      log.error({ stream, revision, difference }, 'snapshot differs');
    },
    snapshotChecked: () => checked.inc(),
    snapshotNotSaved: (stream, err) => {
      snapshots.inc({ kind: 'not_saved' });
      log.warn({ stream, err }, 'snapshot not saved');
    },
    alarm: (err) => {
      alarms.inc({ kind: err.name });
      log.error({ err }, 'alarm');
    },
  };
}

/** Asked when the figures are read. */
export function measureProcessor(
  registry: Registry,
  processor: Pick<AccountCommandProcessor, 'stats'>,
): void {
  new Gauge({
    name: 'ledger_desk_commands',
    help: 'Commands at the desk, waiting for room at it, and states of accounts kept',
    labelNames: ['where'] as const,
    registers: [registry],
    collect() {
      const { active, queued, cached } = processor.stats;
      this.set({ where: 'inside' }, active);
      this.set({ where: 'in_line' }, queued);
      this.set({ where: 'kept_accounts' }, cached);
    },
  });
}

/** Commands by type and answer. */
export function answerCounter(registry: Registry): (type: CommandType, answer: Answer) => void {
  const counter = new Counter({
    name: 'ledger_commands_total',
    help: 'Commands that were answered',
    labelNames: ['type', 'answer', 'replayed'] as const,
    registers: [registry],
  });
  return (type, { code, replayed }) =>
    counter.inc({ type, answer: code ?? 'accepted', replayed: String(replayed) });
}
