import { pollUntil } from './poll-until.js';
import { ManualClock } from './testing/index.js';

describe('pollUntil', () => {
  let clock: ManualClock;
  beforeEach(() => {
    clock = new ManualClock();
  });

  /** A condition that is false several times and then true, and records when it was checked. */
  function trueAfter(times: number) {
    const checkedAt: number[] = [];
    const isTrue = (): boolean => {
      checkedAt.push(clock.now());
      return checkedAt.length > times;
    };
    return { isTrue, checkedAt };
  }

  it('checks at once and then at intervals until the condition is true', async () => {
    const { isTrue, checkedAt } = trueAfter(2);
    const result = pollUntil(isTrue, { everyMs: 20, totalMsMax: 100, clock });
    await clock.advance(100);
    await expect(result).resolves.toBe(true);
    expect(checkedAt).toEqual([0, 20, 40]);
  });

  it('is false when the condition did not become true in time, after a last check', async () => {
    const { isTrue, checkedAt } = trueAfter(100);
    const result = pollUntil(isTrue, { everyMs: 20, totalMsMax: 50, clock });
    await clock.advance(200);
    await expect(result).resolves.toBe(false);
    expect(checkedAt).toEqual([0, 20, 40, 50]);
  });

  it('waits for a slow check', async () => {
    const isTrue = async (): Promise<boolean> => {
      await new Promise<void>((resolve) => clock.after(30, resolve));
      return clock.now() >= 60;
    };
    const result = pollUntil(isTrue, { everyMs: 20, totalMsMax: 100, clock });
    await clock.advance(100);
    await expect(result).resolves.toBe(true);
  });

  it('is false as soon as its signal aborts', async () => {
    const controller = new AbortController();
    const { isTrue, checkedAt } = trueAfter(100);
    const { signal } = controller;
    const result = pollUntil(isTrue, { everyMs: 20, totalMsMax: 1_000, clock, signal });
    await clock.advance(30);
    controller.abort();
    await expect(result).resolves.toBe(false);
    expect(checkedAt).toEqual([0, 20]);
    expect(clock.timers).toBe(0);
  });

  it('does not check when its signal was aborted before', async () => {
    const { isTrue, checkedAt } = trueAfter(0);
    const signal = AbortSignal.abort();
    const result = pollUntil(isTrue, { everyMs: 20, totalMsMax: 1_000, clock, signal });
    await expect(result).resolves.toBe(false);
    expect(checkedAt).toEqual([]);
  });

  it('rejects with the error of the condition', async () => {
    const isTrue = (): Promise<boolean> => Promise.reject(new Error('away'));
    await expect(pollUntil(isTrue, { everyMs: 20, totalMsMax: 100, clock })).rejects.toThrow(
      'away',
    );
  });
});
