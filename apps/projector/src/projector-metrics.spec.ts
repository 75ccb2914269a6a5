import type { Position } from '#event-store';
import { StallDetector, Health, createLog, createMetrics } from '#platform/process';
import { projectorObserver } from './projector-metrics.js';

function reporter() {
  let now = 0;
  const metrics = createMetrics('projector');
  const health = new Health(['tables']);
  const clock = { now: () => now };
  const flow = new StallDetector(clock, 60_000);
  health.addCheck('flow', () => flow.status());
  const observer = projectorObserver(
    metrics,
    createLog({ app: 'projector', level: 'silent' }),
    health,
    flow,
    clock,
  );
  const lag = (position: string, events: number, parked = 0) =>
    observer.lagMeasured?.([
      {
        version: 1,
        state: 'live',
        position: position as Position,
        parked,
        events,
        seconds: events / 10,
      },
    ]);
  return { metrics, health, observer, lag, wait: (ms: number) => (now += ms) };
}

describe('the observer of the projector', () => {
  it('exposes metrics', async () => {
    const { metrics, observer, lag } = reporter();
    observer.leadershipChanged?.(true);
    observer.applied?.({ version: 1, events: 20, rows: 25, position: 'p' as Position, ms: 4 });
    lag('p', 30);
    const text = await metrics.metrics();
    for (const line of [
      'projector_leader{app="projector"} 1',
      'projector_events_total{version="1",app="projector"} 20',
      'projector_rows_total{version="1",app="projector"} 25',
      'projector_lag_events{version="1",state="live",app="projector"} 30',
      'projector_lag_seconds{version="1",state="live",app="projector"} 3',
      'projector_batch_events_sum{app="projector"} 20',
    ]) {
      expect(text).toContain(line);
    }
    expect(text).toMatch(
      /projector_last_commit_timestamp_seconds\{version="1",app="projector"\} \d+/,
    );
  });

  it('drops the lag of versions that no longer exist', async () => {
    const { metrics, observer, lag } = reporter();
    lag('p', 30);
    observer.lagMeasured?.([
      { version: 2, state: 'live', position: null, parked: 0, events: 0, seconds: 0 },
    ]);
    const text = await metrics.metrics();
    expect(text).toContain('projector_lag_events{version="2",state="live",app="projector"} 0');
    expect(text).not.toContain('projector_lag_events{version="1"');
  });

  it('is ready when the process leads or waits for the leader', () => {
    const { health, observer } = reporter();
    expect(health.ready().ok).toBe(false);
    observer.leadershipChanged?.(false);
    expect(health.ready().ok).toBe(true);
  });

  it('is amber with an alarm while an account is parked, and green afterwards', async () => {
    const { metrics, health, observer, lag } = reporter();
    observer.leadershipChanged?.(true);
    lag('p', 0);
    expect(health.ready().parts['accounts']).toEqual({ state: 'green' });
    observer.parked?.(1, {
      userId: '00000000-0000-4000-8000-000000000001',
      revision: 3,
      position: 'p' as Position,
      code: 'stream-deleted',
      detail: 'deleted by an operator',
    });
    lag('q', 0, 1);
    expect(health.ready()).toMatchObject({
      ok: true,
      parts: { accounts: { state: 'amber', reason: '1 account is parked' } },
    });
    const text = await metrics.metrics();
    expect(text).toContain('projector_alarms_total{kind="parked",app="projector"} 1');
    expect(text).toContain('projector_parked_accounts{version="1",state="live",app="projector"} 1');
    lag('q', 0, 0);
    expect(health.ready().parts['accounts']).toEqual({ state: 'green' });
  });

  it('is red with an alarm at an event that cannot be applied', async () => {
    const { health, metrics, observer } = reporter();
    observer.leadershipChanged?.(true);
    observer.poisoned?.(1, new Error('an unknown event'));
    expect(health.ready()).toMatchObject({
      ok: false,
      parts: { tables: { state: 'red', reason: 'version 1 stopped: an unknown event' } },
    });
    expect(await metrics.metrics()).toContain('projector_alarms_total{kind="poison"');
  });

  it('is ready when only a retained version has stopped', () => {
    const { health, observer, lag } = reporter();
    observer.leadershipChanged?.(true);
    lag('p', 0);
    observer.poisoned?.(2, new Error('an unknown event'));
    expect(health.ready()).toMatchObject({ ok: true, parts: { tables: { state: 'amber' } } });
  });

  it('is red when the lag was not measured for too long', () => {
    const { health, observer, lag, wait } = reporter();
    observer.leadershipChanged?.(true);
    lag('p1', 0);
    wait(16_000);
    expect(health.ready()).toMatchObject({
      ok: false,
      parts: { lag: { state: 'red', reason: 'was not measured for 16 s' } },
    });
    lag('p1', 0);
    expect(health.ready().ok).toBe(true);
  });

  it('is red when events wait and none was written for a minute', () => {
    const { health, observer, lag, wait } = reporter();
    observer.leadershipChanged?.(true);
    for (let minute = 0; minute < 61; minute += 10) {
      lag('p1', 10);
      wait(10_000);
    }
    expect(health.ready()).toMatchObject({ ok: false, parts: { flow: { state: 'red' } } });
  });

  it('is not red while another process writes', () => {
    const { health, observer, lag, wait } = reporter();
    observer.leadershipChanged?.(false);
    for (let n = 0; n < 20; n++) {
      lag(`p${n}`, 10);
      wait(10_000);
    }
    expect(health.ready().ok).toBe(true);
  });
});
