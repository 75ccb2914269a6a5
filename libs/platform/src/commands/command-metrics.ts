import type { CommandObserver, AccountCommandProcessor } from '#commands';
import type { Answer, CommandType } from '#ledger';
import { LATENCY_BUCKETS_SECONDS } from '../metrics/metrics.js';
import type { Log } from '../log/log.js';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { debtCounters } from './debt-metrics.js';

/** Counts and logs what a command processor reports. */
export function commandObserver(registry: Registry, log: Log): CommandObserver {
  const registers = [registry];
  const appends = new Histogram({
    name: 'ledger_append_seconds',
    help: 'Duration of appends, from the first attempt to the answer',
    buckets: [...LATENCY_BUCKETS_SECONDS],
    registers,
  });
  const events = new Counter({
    name: 'ledger_events_total',
    help: 'Events recorded',
    registers,
  });
  const grouped = new Histogram({
    name: 'ledger_append_commands',
    help: 'Commands of one account per append',
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500],
    registers,
  });
  const retries = new Counter({
    name: 'ledger_store_trouble_total',
    help: 'Retries of appends and reads of the event store, by cause',
    labelNames: ['kind'] as const,
    registers,
  });
  const unnamed = new Counter({
    name: 'ledger_unnamed_pre_deductions_total',
    help: 'Pre-deductions under rules 1 that name no consumption. They must be none before rules 2',
    registers,
  });
  const loads = new Counter({
    name: 'ledger_accounts_total',
    help: 'Account states by source: cache, snapshot or stream',
    labelNames: ['from'] as const,
    registers,
  });
  const snapshots = new Counter({
    name: 'ledger_snapshot_trouble_total',
    help: 'Snapshots that were ignored, not saved, forged, or differ from their events',
    labelNames: ['kind'] as const,
    registers,
  });
  const checked = new Counter({
    name: 'ledger_snapshots_checked_total',
    help: 'Snapshots that were compared with all their events',
    registers,
  });
  const alarms = new Counter({
    name: 'ledger_alarms_total',
    help: 'Permanent errors that need an operator. Alert on it',
    labelNames: ['kind'] as const,
    registers,
  });
  return {
    appended: (report) => {
      appends.observe(report.ms / 1000);
      grouped.observe(report.commands);
      events.inc(report.events);
    },
    debtsChanged: debtCounters(registry),
    conflicted: (stream) => {
      retries.inc({ kind: 'conflict' });
      log.debug({ stream }, 'append conflicted');
    },
    appendOutcomeUnknown: (stream, err) => {
      retries.inc({ kind: 'unknown' });
      log.warn({ stream, err }, 'append outcome unknown');
    },
    readFailed: (stream, err) => {
      retries.inc({ kind: 'unread' });
      log.warn({ stream, err }, 'read failed');
    },
    settingsReadFailed: (err) => {
      retries.inc({ kind: 'settings' });
      log.warn({ err }, 'reading the settings failed');
    },
    unnamedPreDeduction: () => unnamed.inc(),
    cacheHit: () => loads.inc({ from: 'cache' }),
    accountLoaded: ({ from }) => loads.inc({ from }),
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

/** Reports the current load of the processor whenever metrics are scraped. */
export function measureProcessor(
  registry: Registry,
  processor: Pick<AccountCommandProcessor, 'stats'>,
): void {
  new Gauge({
    name: 'ledger_desk_commands',
    help: 'Commands in progress (inside), queued commands (in_line), and cached accounts',
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

/** Counts commands by type and answer. */
export function answerCounter(registry: Registry): (type: CommandType, answer: Answer) => void {
  const counter = new Counter({
    name: 'ledger_commands_total',
    help: 'Commands answered',
    labelNames: ['type', 'answer', 'replayed'] as const,
    registers: [registry],
  });
  return (type, { code, replayed }) =>
    counter.inc({ type, answer: code ?? 'accepted', replayed: String(replayed) });
}
