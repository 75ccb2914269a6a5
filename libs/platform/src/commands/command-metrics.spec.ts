import type { CommandObserver } from '#commands';
import { AccountDamaged } from '#commands';
import { createLog } from '../log/log.js';
import { createMetrics } from '../metrics/metrics.js';
import { answerCounter, commandObserver, measureProcessor } from './command-metrics.js';

function open() {
  const lines: { level: string; msg: string }[] = [];
  const log = createLog({
    app: 'test',
    level: 'debug',
    destination: { write: (line) => lines.push(JSON.parse(line) as (typeof lines)[number]) },
  });
  const metrics = createMetrics('test');
  return { lines, metrics, observer: commandObserver(metrics, log) };
}

describe('The observer of a command processor', () => {
  it('measures appends', async () => {
    const { metrics, observer } = open();
    observer.appended({ stream: 's', commands: 3, events: 5, ms: 20, attempts: 1 });
    observer.appended({ stream: 's', commands: 1, events: 1, ms: 2, attempts: 2 });
    const text = await metrics.metrics();
    expect(text).toContain('ledger_events_total{app="test"} 6');
    expect(text).toContain('ledger_append_seconds_count{app="test"} 2');
    expect(text).toContain('ledger_append_commands_sum{app="test"} 4');
  });

  const retries: [string, (observer: CommandObserver) => void, string][] = [
    ['conflict', (observer) => observer.conflicted('s'), 'debug'],
    ['unknown', (observer) => observer.appendOutcomeUnknown('s', new Error('away')), 'warn'],
    ['unread', (observer) => observer.readFailed('s', new Error('away')), 'warn'],
  ];
  it.each(retries)('counts and logs a retry: %s', async (kind, report, level) => {
    const { metrics, observer, lines } = open();
    report(observer);
    expect(await metrics.metrics()).toContain(
      `ledger_store_trouble_total{kind="${kind}",app="test"} 1`,
    );
    expect(lines).toMatchObject([{ level, stream: 's' }]);
  });

  it('counts points that are owed, and those of reversed recharges', async () => {
    const { metrics, observer } = open();
    observer.debtsChanged([
      { kind: 'owed', business: 'video', points: 30 },
      { kind: 'uncollected', business: 'video', points: 5 },
      { kind: 'reversed', business: null, points: 40 },
      { kind: 'owed', business: null, points: 10 },
    ]);
    observer.debtsChanged([
      { kind: 'collected', business: 'video', points: 20 },
      { kind: 'forgiven', business: 'video', points: 10 },
      { kind: 'reinstated', business: null, points: 15 },
      { kind: 'owed', business: 'video', points: 1 },
    ]);
    const text = await metrics.metrics();
    for (const line of [
      'ledger_owed_points_total{business="video",app="test"} 31',
      'ledger_owed_points_total{business="",app="test"} 10',
      'ledger_collected_points_total{business="video",app="test"} 20',
      'ledger_forgiven_points_total{business="video",app="test"} 10',
      'ledger_uncollected_points_total{business="video",app="test"} 5',
      'ledger_reversed_points_total{app="test"} 40',
      'ledger_reinstated_points_total{app="test"} 15',
    ]) {
      expect(text).toContain(line);
    }
  });

  it('counts where account states come from', async () => {
    const { metrics, observer } = open();
    observer.cacheHit('s');
    observer.accountLoaded({ stream: 's', from: 'snapshot', events: 1, ms: 1 });
    observer.accountLoaded({ stream: 's', from: 'stream', events: 1, ms: 1 });
    const text = await metrics.metrics();
    for (const from of ['cache', 'snapshot', 'stream']) {
      expect(text).toContain(`ledger_accounts_total{from="${from}",app="test"} 1`);
    }
  });

  const snapshots: [string, (observer: CommandObserver) => void, string | null][] = [
    ['ignored', (observer) => observer.snapshotIgnored('s', 'why'), null],
    ['not_saved', (observer) => observer.snapshotNotSaved('s', new Error('away')), null],
    ['forged', (observer) => observer.snapshotForged('s'), 'SnapshotForged'],
    ['differs', (observer) => observer.snapshotDiffers('s', 7, 'balance'), 'SnapshotDiffers'],
  ];
  it.each(snapshots)('counts a snapshot that is %s', async (kind, report, alarm) => {
    const { metrics, observer, lines } = open();
    report(observer);
    const text = await metrics.metrics();
    expect(text).toContain(`ledger_snapshot_trouble_total{kind="${kind}",app="test"} 1`);
    expect(text.includes(`ledger_alarms_total{kind="${alarm ?? ''}",app="test"} 1`)).toBe(
      alarm !== null,
    );
    expect(lines).toMatchObject([{ level: alarm === null ? 'warn' : 'error' }]);
  });

  it('counts checked snapshots and alarms', async () => {
    const { metrics, observer, lines } = open();
    observer.snapshotChecked('s');
    observer.alarm(new AccountDamaged('s', 3, 'a balance'));
    const text = await metrics.metrics();
    expect(text).toContain('ledger_snapshots_checked_total{app="test"} 1');
    expect(text).toContain('ledger_alarms_total{kind="AccountDamaged",app="test"} 1');
    expect(lines).toMatchObject([{ level: 'error', msg: 'alarm' }]);
  });
});

describe('The metrics of a command processor', () => {
  it('are read whenever they are scraped, under the published labels', async () => {
    const { metrics } = open();
    const processor = { stats: { active: 1, queued: 2, cached: 3 } };
    measureProcessor(metrics, processor);
    expect(await metrics.metrics()).toContain('ledger_desk_commands{where="inside",app="test"} 1');
    processor.stats = { active: 4, queued: 5, cached: 6 };
    const text = await metrics.metrics();
    expect(text).toContain('ledger_desk_commands{where="inside",app="test"} 4');
    expect(text).toContain('ledger_desk_commands{where="in_line",app="test"} 5');
    expect(text).toContain('ledger_desk_commands{where="kept_accounts",app="test"} 6');
  });

  it('count answers by type, code and repetition', async () => {
    const { metrics } = open();
    const count = answerCounter(metrics);
    const answer = { status: 'accepted', code: null, balance: 5, revision: 0 } as const;
    count('ConsumePoints', { ...answer, replayed: false } as Parameters<typeof count>[1]);
    count('ConsumePoints', {
      ...answer,
      status: 'refused',
      code: 'InsufficientPoints',
      replayed: true,
    } as unknown as Parameters<typeof count>[1]);
    const text = await metrics.metrics();
    expect(text).toContain(
      'ledger_commands_total{type="ConsumePoints",answer="accepted",replayed="false",app="test"} 1',
    );
    expect(text).toContain(
      'ledger_commands_total{type="ConsumePoints",answer="InsufficientPoints",replayed="true",app="test"} 1',
    );
  });
});
