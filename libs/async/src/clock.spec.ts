import { SYSTEM_CLOCK } from './clock.js';

describe('the system clock', () => {
  it('never runs backwards', () => {
    const times = Array.from({ length: 100 }, () => SYSTEM_CLOCK.now());
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it('tells the time of day of the system', () => {
    const before = Date.now();
    const time = SYSTEM_CLOCK.timeOfDay();
    expect(time).toBeGreaterThanOrEqual(before);
    expect(time).toBeLessThanOrEqual(Date.now());
  });

  it('calls back once', async () => {
    let calls = 0;
    await new Promise<void>((resolve) => {
      SYSTEM_CLOCK.after(0, () => {
        calls += 1;
        resolve();
      });
    });
    expect(calls).toBe(1);
  });

  it('does not call back after it was cancelled', async () => {
    let isCalled = false;
    const cancel = SYSTEM_CLOCK.after(0, () => (isCalled = true));
    cancel();
    await new Promise<void>((resolve) => SYSTEM_CLOCK.after(0, resolve));
    expect(isCalled).toBe(false);
  });
});
