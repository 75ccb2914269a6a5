import { backoffMs } from './backoff.js';

const LIMITS = { backoffMsMin: 100, backoffMsMax: 5_000 };
const longest = (): number => 1;
const shortest = (): number => 0;

describe('backoffMs', () => {
  it('doubles the delay after each failure', () => {
    const delays = [0, 1, 2, 3].map((failures) => backoffMs(failures, LIMITS, longest));
    expect(delays).toEqual([100, 200, 400, 800]);
  });

  it('never exceeds the maximum, however many failures there were', () => {
    expect(backoffMs(6, LIMITS, longest)).toBe(5_000);
    expect(backoffMs(1_000_000, LIMITS, longest)).toBe(5_000);
  });

  it('spreads callers over the second half of the delay', () => {
    expect(backoffMs(2, LIMITS, shortest)).toBe(200);
    expect(backoffMs(2, LIMITS, () => 0.5)).toBe(300);
    expect(backoffMs(2, LIMITS, longest)).toBe(400);
  });

  it('draws its own random numbers when none are given', () => {
    const delays = Array.from({ length: 100 }, () => backoffMs(3, LIMITS));
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(400);
    expect(Math.max(...delays)).toBeLessThanOrEqual(800);
    expect(new Set(delays).size).toBeGreaterThan(1);
  });

  it('gives whole milliseconds', () => {
    expect(backoffMs(0, LIMITS, () => 1 / 3)).toBe(67);
  });
});
