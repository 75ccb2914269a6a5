import { RestartBackoff } from './restart-backoff.js';

const LIMITS = { backoffMsMin: 500, backoffMsMax: 30_000, resetAfterMs: 60_000 };

describe('the back-off of restarts', () => {
  it('grows from exit to exit, up to its maximum', () => {
    const backoff = new RestartBackoff(LIMITS, () => 1);
    const delays = Array.from({ length: 8 }, () => backoff.afterRunning(100));
    expect(delays).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  it('starts again at its minimum after a long run', () => {
    const backoff = new RestartBackoff(LIMITS, () => 1);
    backoff.afterRunning(100);
    backoff.afterRunning(100);
    expect(backoff.afterRunning(60_001)).toBe(500);
    expect(backoff.afterRunning(100)).toBe(1_000);
  });

  it('has jitter, so that servers that ended together do not start together', () => {
    expect(new RestartBackoff(LIMITS, () => 0).afterRunning(100)).toBe(250);
  });
});
