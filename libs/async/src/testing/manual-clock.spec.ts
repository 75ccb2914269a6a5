import { sleep } from '../sleep.js';
import { AutoAdvancingClock, ManualClock } from './manual-clock.js';

describe('a manual clock', () => {
  it('stands still until it is moved', async () => {
    const clock = new ManualClock(1_000);
    expect([clock.now(), clock.timeOfDay()]).toEqual([0, 1_000]);
    await clock.advance(10);
    expect([clock.now(), clock.timeOfDay()]).toEqual([10, 1_010]);
  });

  it('calls back in the order in which timers are due, each at its time', async () => {
    const clock = new ManualClock();
    const called: string[] = [];
    clock.after(30, () => called.push(`third at ${clock.now()}`));
    clock.after(10, () => called.push(`first at ${clock.now()}`));
    clock.after(10, () => called.push(`second at ${clock.now()}`));
    await clock.advance(30);
    expect(called).toEqual(['first at 10', 'second at 10', 'third at 30']);
  });

  it('calls back what is set while it moves, when that is due too', async () => {
    const clock = new ManualClock();
    const wokenAt: number[] = [];
    const sleepTwice = async (): Promise<void> => {
      for (const ms of [10, 20]) {
        await sleep(ms, { clock });
        wokenAt.push(clock.now());
      }
    };
    void sleepTwice();
    await clock.advance(100);
    expect(wokenAt).toEqual([10, 30]);
    expect(clock.now()).toBe(100);
  });

  it('does not call back what was cancelled', async () => {
    const clock = new ManualClock();
    const called: string[] = [];
    clock.after(10, () => called.push('ten'))();
    await clock.advance(10);
    expect(called).toEqual([]);
    expect(clock.timers).toBe(0);
  });

  it('moves in one turn with advanceNow', () => {
    const clock = new ManualClock();
    const called: number[] = [];
    clock.after(10, () => called.push(clock.now()));
    clock.advanceNow(20);
    expect([...called, clock.now()]).toEqual([10, 20]);
  });
});

describe('an auto-advancing clock', () => {
  it('moves to the next timer when nothing else is left to do', async () => {
    const clock = new AutoAdvancingClock();
    await sleep(60_000, { clock });
    expect(clock.now()).toBe(60_000);
  });

  it('calls back in the order in which timers are due', async () => {
    const clock = new AutoAdvancingClock();
    const called: number[] = [];
    await Promise.all([30, 10, 20].map((ms) => sleep(ms, { clock }).then(() => called.push(ms))));
    expect(called).toEqual([10, 20, 30]);
  });
});
