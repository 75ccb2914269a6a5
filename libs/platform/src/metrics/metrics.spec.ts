import { Counter } from 'prom-client';
import { LATENCY_BUCKETS_SECONDS, createMetrics } from './metrics.js';

describe('The metrics of a process', () => {
  it('carry its name, those of Node as well as its own', async () => {
    const metrics = createMetrics('intake');
    new Counter({ name: 'own_total', help: 'own', registers: [metrics] }).inc(2);
    const text = await metrics.metrics();
    expect(text).toContain('own_total{app="intake"} 2');
    const series = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(series.filter((line) => line.startsWith('process_')).length).toBeGreaterThan(3);
    for (const line of series) expect(line).toContain('app="intake"');
  });

  it('say what each of them means', async () => {
    const text = await createMetrics('api').metrics();
    const named = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    const explained = [...text.matchAll(/^# HELP (\S+) \S/gm)].map(([, name]) => name);
    expect(explained).toEqual(named);
  });

  it('are its own: another registry in the process has others', async () => {
    const [first, second] = [createMetrics('one'), createMetrics('two')];
    new Counter({ name: 'own_total', help: 'own', registers: [first] }).inc();
    expect(await second.metrics()).not.toContain('own_total');
    expect(await second.metrics()).not.toContain('app="one"');
  });

  it('count lost log lines as often as they are read, without adding them up', async () => {
    const metrics = createMetrics('api');
    const lost = async () =>
      /^ledger_log_lines_lost_total\{app="api"\} (\d+)$/m.exec(await metrics.metrics())?.[1];
    const first = await lost();
    expect(first).toMatch(/^\d+$/);
    expect(await lost()).toBe(first);
  });

  it('measure latencies in buckets that grow', () => {
    expect(LATENCY_BUCKETS_SECONDS).toEqual(LATENCY_BUCKETS_SECONDS.toSorted((a, b) => a - b));
    expect(new Set(LATENCY_BUCKETS_SECONDS).size).toBe(LATENCY_BUCKETS_SECONDS.length);
  });
});
