import { jest } from '@jest/globals';
import { StallDetector, GREEN, Health, createLog, createMetrics } from '#platform/process';
import { consumerObserver, lagGauge } from './intake-metrics.js';
import { PartitionHaltedError } from './intake.consumer.js';

const STALL_MS_MAX = 60_000;

function open() {
  let now = 0;
  const clock = { now: () => now };
  const health = new Health(['partitions', 'flow']);
  const flow = new StallDetector(clock, STALL_MS_MAX);
  health.addCheck('flow', () => flow.status());
  health.report('partitions', GREEN);
  const metrics = createMetrics('intake');
  const log = createLog({ app: 'intake', level: 'silent' });
  const error = jest.spyOn(log, 'error');
  const observer = consumerObserver(metrics, log, health, flow);
  const trouble = (partition: number) =>
    observer.paused?.({
      partition,
      offset: '7',
      failures: 1,
      waitMs: 100,
      cause: new Error('away'),
    });
  const figure = async (line: RegExp) => expect(await metrics.metrics()).toMatch(line);
  return {
    health,
    flow,
    metrics,
    observer,
    trouble,
    figure,
    error,
    pass: (ms: number) => (now += ms),
  };
}

describe('Reports of the intake’s consumer', () => {
  it('are amber but ready while a partition retries', async () => {
    const { health, trouble, observer, figure } = open();
    trouble(3);
    trouble(5);
    expect(health.ready()).toMatchObject({
      ok: true,
      parts: { partitions: { state: 'amber', reason: 'retrying partition 3, 5: see the log' } },
    });
    observer.recovered?.(3);
    observer.recovered?.(5);
    expect(health.ready()).toMatchObject({ parts: { partitions: GREEN } });
    await figure(/ledger_intake_trouble_total\{kind="repeated",app="intake"\} 2/);
  });

  it('are red with the offset while a partition is halted at an undecodable batch', async () => {
    const { health, trouble, observer, figure } = open();
    trouble(5);
    const cause = new PartitionHaltedError('a message batch can’t be decoded: its zstd is damaged');
    observer.paused?.({ partition: 3, offset: '19', failures: 1, waitMs: 100, cause });
    expect(health.ready()).toMatchObject({
      ok: false,
      parts: {
        partitions: {
          state: 'red',
          reason: `partition 3 is halted at offset 19 (KAFKA_UNDECODABLE=stand-still): ${cause.message}`,
        },
      },
    });
    await figure(/ledger_intake_trouble_total\{kind="standing_still",app="intake"\} 1/);
    observer.recovered?.(3);
    expect(health.ready()).toMatchObject({ ok: true, parts: { partitions: { state: 'amber' } } });
  });

  it('are amber while a partition waits for an open transaction', async () => {
    const { health, observer, figure, error } = open();
    observer.blockedByTransaction?.({ partition: 3, offset: '17', ms: 5_000 });
    expect(health.ready()).toMatchObject({
      ok: true,
      parts: {
        partitions: {
          state: 'amber',
          reason: 'waiting for an open transaction: partition 3 at 17',
        },
      },
    });
    await figure(/ledger_intake_trouble_total\{kind="open_transaction",app="intake"\} 1/);
    expect(error).toHaveBeenCalledWith(
      { partition: 3, offset: '17', ms: 5_000 },
      'partition is waiting for an open transaction',
    );
    observer.unblocked?.(3);
    expect(health.ready()).toMatchObject({ parts: { partitions: GREEN } });
  });

  it('drop the state of partitions that are assigned to another member', () => {
    const { health, trouble, observer } = open();
    trouble(3);
    observer.joined?.([1]);
    expect(health.ready()).toMatchObject({ parts: { partitions: GREEN } });
  });

  it('are red when commands wait and none was completed for a minute', async () => {
    const { health, flow: stallDetector, metrics, observer, figure, pass: advance } = open();
    const measure = lagGauge(metrics, stallDetector);
    const partitions = [{ partition: 2, committed: '1', end: '8', messages: 7 }];
    const meter = { measure: async () => partitions, close: async () => undefined };
    await measure(meter);
    advance(STALL_MS_MAX + 1);
    await measure(meter);
    expect(health.ready()).toMatchObject({ ok: false, parts: { flow: { state: 'red' } } });
    await figure(/ledger_intake_lag_messages\{partition="2",app="intake"\} 7/);
    observer.handled?.({ partition: 2, messages: 7, ms: 1 });
    expect(health.ready().ok).toBe(true);
  });

  it('count and log offsets that jump', async () => {
    const { observer, figure, error } = open();
    const jump = { partition: 0, kind: 'skipped', expected: '4', found: '9' } as const;
    observer.offsetJumped?.(jump);
    await figure(/ledger_offset_jumps_total\{app="intake"\} 1/);
    expect(error).toHaveBeenCalledWith({ jump }, 'offset jumped');
  });
});
