import { CancellableTimers } from './cancellable-timers.js';
import { sleep } from './sleep.js';
import { ManualClock } from './testing/index.js';
import { TimeoutError, withTimeout } from './timeout.js';

const NEVER = new Promise<never>(() => undefined);

describe('cancellable timers', () => {
  let clock: ManualClock;
  let timers: CancellableTimers;
  beforeEach(() => {
    clock = new ManualClock(1_000);
    timers = new CancellableTimers(clock);
  });

  it('tell the time of the clock behind them', async () => {
    await clock.advance(5);
    expect([timers.now(), timers.timeOfDay()]).toEqual([5, 1_005]);
  });

  it('call back when it is time', async () => {
    const called: string[] = [];
    timers.after(10, () => called.push('ten'));
    timers.after(20, () => called.push('twenty'));
    await clock.advance(10);
    expect(called).toEqual(['ten']);
  });

  it('do not call back what was cancelled', async () => {
    let isCalled = false;
    const cancel = timers.after(10, () => (isCalled = true));
    cancel();
    await clock.advance(10);
    timers.expireAll();
    expect(isCalled).toBe(false);
    expect(clock.timers).toBe(0);
  });

  it('end every wait at once when they expire', async () => {
    const sleeping = sleep(1_000, { clock: timers });
    const waiting = withTimeout(NEVER, 1_000, { clock: timers });
    const refused = expect(waiting).rejects.toThrow(TimeoutError);
    timers.expireAll();
    await sleeping;
    await refused;
    expect(clock.timers).toBe(0);
  });

  it('call each callback once, whether it is due or expires', async () => {
    let calls = 0;
    timers.after(10, () => (calls += 1));
    await clock.advance(10);
    timers.expireAll();
    expect(calls).toBe(1);
  });

  it('end each later wait at once', async () => {
    timers.expireAll();
    await sleep(1_000, { clock: timers });
    await expect(withTimeout(NEVER, 1_000, { clock: timers })).rejects.toThrow(TimeoutError);
    timers.after(1_000, () => undefined)();
    expect(clock.timers).toBe(0);
  });

  it('abort their signal when they expire', () => {
    expect(timers.signal.aborted).toBe(false);
    timers.expireAll();
    expect(timers.signal.aborted).toBe(true);
  });
});
