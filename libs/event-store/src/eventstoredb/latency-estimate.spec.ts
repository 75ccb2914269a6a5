import fc from 'fast-check';
import { LatencyEstimate } from './latency-estimate.js';

function estimateOf(...latenciesMs: number[]): number {
  const estimate = new LatencyEstimate();
  for (const latencyMs of latenciesMs) estimate.observe(latencyMs);
  return estimate.lateAfterMs;
}

const times = (count: number, latencyMs: number): number[] =>
  Array.from({ length: count }, () => latencyMs);

describe('The estimate of when an answer is late', () => {
  it('is zero before the first answer', () => {
    expect(estimateOf()).toBe(0);
  });

  it('begins at three times the first latency', () => {
    expect(estimateOf(10)).toBe(30);
  });

  it('approaches the latency of answers that all take the same time', () => {
    const lateAfterMs = estimateOf(...times(100, 20));
    expect(lateAfterMs).toBeGreaterThanOrEqual(20);
    expect(lateAfterMs).toBeLessThan(20.1);
  });

  it('rises above the new latency when the server becomes slow, and falls when it recovers', () => {
    const busy = estimateOf(...times(100, 5), ...times(10, 400));
    expect(busy).toBeGreaterThan(400);
    const recovered = estimateOf(...times(100, 5), ...times(10, 400), ...times(100, 5));
    expect(recovered).toBeLessThan(20);
  });

  it('allows for latencies that vary', () => {
    const steady = estimateOf(...times(100, 50));
    const varying = estimateOf(...Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? 10 : 90)));
    expect(varying).toBeGreaterThan(90);
    expect(varying).toBeGreaterThan(2 * steady);
  });

  it('is never below the smallest observed latency', () => {
    const latencies = fc.array(fc.double({ min: 0, max: 10_000, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(latencies, (observed) => {
        expect(estimateOf(...observed)).toBeGreaterThanOrEqual(Math.min(...observed) - 1e-9);
      }),
    );
  });
});
