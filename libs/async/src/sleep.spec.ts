import { getEventListeners } from 'node:events';
import { sleep } from './sleep.js';
import { ManualClock } from './testing/index.js';

function noting(promise: Promise<void>): { isOver: boolean } {
  const noted = { isOver: false };
  void promise.then(() => (noted.isOver = true));
  return noted;
}

describe('sleep', () => {
  it('resolves when the time has passed, and not before', async () => {
    const clock = new ManualClock();
    const sleeping = noting(sleep(100, { clock }));
    await clock.advance(99);
    expect(sleeping.isOver).toBe(false);
    await clock.advance(1);
    expect(sleeping.isOver).toBe(true);
  });

  it('resolves as soon as its signal aborts, and leaves no timer behind', async () => {
    const clock = new ManualClock();
    const controller = new AbortController();
    const sleeping = sleep(100, { clock, signal: controller.signal });
    expect(clock.timers).toBe(1);
    controller.abort();
    await sleeping;
    expect(clock.timers).toBe(0);
  });

  it('sets no timer when its signal was aborted before', async () => {
    const clock = new ManualClock();
    await sleep(100, { clock, signal: AbortSignal.abort() });
    expect(clock.timers).toBe(0);
  });

  it('leaves no listener on the signal when the time has passed', async () => {
    const clock = new ManualClock();
    const { signal } = new AbortController();
    const sleeping = sleep(100, { clock, signal });
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    await clock.advance(100);
    await sleeping;
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('uses the system clock unless another is given', async () => {
    await expect(sleep(0)).resolves.toBeUndefined();
  });
});
