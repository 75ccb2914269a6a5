import { pollUntil } from './poll-until.js';
import { ManualClock } from './testing/index.js';

describe('pollUntil', () => {
  let clock: ManualClock;
  beforeEach(() => {
    clock = new ManualClock();
  });

  /** False so many times, then true; notes when it was asked. */
  function trueAfter(times: number) {
    const askedAt: number[] = [];
    const isTrue = (): boolean => {
      askedAt.push(clock.now());
      return askedAt.length > times;
    };
    return { isTrue, askedAt };
  }

  it('asks at once and then at intervals until it is true', async () => {
    const { isTrue, askedAt } = trueAfter(2);
    const result = pollUntil(isTrue, { everyMs: 20, totalMsMax: 100, clock });
    await clock.advance(100);
    await expect(result).resolves.toBe(true);
    expect(askedAt).toEqual([0, 20, 40]);
  });

  it('is false when it did not become true in time, and asks once more at the end', async () => {
    const { isTrue, askedAt } = trueAfter(100);
    const result = pollUntil(isTrue, { everyMs: 20, totalMsMax: 50, clock });
    await clock.advance(200);
    await expect(result).resolves.toBe(false);
    expect(askedAt).toEqual([0, 20, 40, 50]);
  });

  it('waits for an answer that takes its time', async () => {
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
    const { isTrue, askedAt } = trueAfter(100);
    const { signal } = controller;
    const result = pollUntil(isTrue, { everyMs: 20, totalMsMax: 1_000, clock, signal });
    await clock.advance(30);
    controller.abort();
    await expect(result).resolves.toBe(false);
    expect(askedAt).toEqual([0, 20]);
    expect(clock.timers).toBe(0);
  });

  it('does not ask when its signal was aborted before', async () => {
    const { isTrue, askedAt } = trueAfter(0);
    const signal = AbortSignal.abort();
    const result = pollUntil(isTrue, { everyMs: 20, totalMsMax: 1_000, clock, signal });
    await expect(result).resolves.toBe(false);
    expect(askedAt).toEqual([]);
  });

  it('passes on what the question throws', async () => {
    const isTrue = (): Promise<boolean> => Promise.reject(new Error('away'));
    await expect(pollUntil(isTrue, { everyMs: 20, totalMsMax: 100, clock })).rejects.toThrow(
      'away',
    );
  });
});
