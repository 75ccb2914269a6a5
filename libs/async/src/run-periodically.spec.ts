import { runPeriodically } from './run-periodically.js';
import { ManualClock } from './testing/index.js';

describe('runPeriodically', () => {
  let clock: ManualClock;
  beforeEach(() => {
    clock = new ManualClock();
  });

  it('runs at once, and again after each pause', async () => {
    const ranAt: number[] = [];
    runPeriodically(async () => void ranAt.push(clock.now()), 100, clock);
    await clock.advance(250);
    expect(ranAt).toEqual([0, 100, 200]);
  });

  it('counts the pause from the end of a run, so that runs never overlap', async () => {
    const ranAt: number[] = [];
    const run = (): Promise<void> => {
      ranAt.push(clock.now());
      return new Promise((resolve) => clock.after(30, resolve));
    };
    runPeriodically(run, 100, clock);
    await clock.advance(300);
    expect(ranAt).toEqual([0, 130, 260]);
  });

  it('does not run again when it was stopped', async () => {
    let runs = 0;
    const periodic = runPeriodically(async () => void (runs += 1), 100, clock);
    await clock.advance(100);
    await periodic.stop();
    await clock.advance(1_000);
    expect(runs).toBe(2);
    expect(clock.timers).toBe(0);
  });

  it('waits for the current run when it is stopped, and does not run again', async () => {
    let runs = 0;
    let isStopped = false;
    const run = (): Promise<void> => {
      runs += 1;
      return new Promise((resolve) => clock.after(30, resolve));
    };
    const periodic = runPeriodically(run, 100, clock);
    void periodic.stop().then(() => (isStopped = true));
    await clock.advance(29);
    expect(isStopped).toBe(false);
    await clock.advance(1_000);
    expect(isStopped).toBe(true);
    expect(runs).toBe(1);
  });
});
