import { RetryBudget } from './retry-budget.js';
import { ManualClock } from './testing/index.js';

const LIMITS = { backoffMsMin: 100, backoffMsMax: 400, totalMsMax: 1_000 };
const random = (): number => 1;

describe('a retry budget', () => {
  let clock: ManualClock;
  beforeEach(() => {
    clock = new ManualClock();
  });

  it('gives longer delays after each failure, up to the maximum', () => {
    const budget = new RetryBudget({ ...LIMITS, totalMsMax: Infinity }, { clock, random });
    const delays = [1, 2, 3, 4].map(() => budget.failed());
    expect(delays).toEqual([100, 200, 400, 400]);
    expect(budget.failures).toBe(4);
  });

  it('gives no delay that would end after the total limit', async () => {
    const budget = new RetryBudget(LIMITS, { clock, random });
    await clock.advance(900);
    expect(budget.failed()).toBe(100);
    await clock.advance(100);
    expect(budget.failed()).toBeNull();
  });

  it('gives no delay after the last attempt', () => {
    const budget = new RetryBudget({ ...LIMITS, attemptsMax: 3 }, { clock, random });
    expect([budget.failed(), budget.failed(), budget.failed()]).toEqual([100, 200, null]);
  });

  it('is renewed by a success', async () => {
    const budget = new RetryBudget({ ...LIMITS, attemptsMax: 2 }, { clock, random });
    budget.failed();
    await clock.advance(990);
    budget.succeeded();
    expect(budget.failures).toBe(0);
    expect(budget.failed()).toBe(100);
  });

  it('gives no delay when its signal is aborted', () => {
    const budget = new RetryBudget(LIMITS, { clock, random, signal: AbortSignal.abort() });
    expect(budget.failed()).toBeNull();
  });

  it('waits the delay out', async () => {
    const budget = new RetryBudget(LIMITS, { clock, random });
    let mayGoOn: boolean | undefined;
    void budget.waitAfterFailure().then((answer) => (mayGoOn = answer));
    await clock.advance(99);
    expect(mayGoOn).toBeUndefined();
    await clock.advance(1);
    expect(mayGoOn).toBe(true);
  });

  it('does not wait when there is no next attempt', async () => {
    const budget = new RetryBudget({ ...LIMITS, attemptsMax: 1 }, { clock, random });
    await expect(budget.waitAfterFailure()).resolves.toBe(false);
    expect(clock.timers).toBe(0);
  });

  it('allows no next attempt when its signal aborts while it waits', async () => {
    const controller = new AbortController();
    const budget = new RetryBudget(LIMITS, { clock, random, signal: controller.signal });
    const waiting = budget.waitAfterFailure();
    controller.abort();
    await expect(waiting).resolves.toBe(false);
    expect(clock.timers).toBe(0);
  });

  it('adds jitter of its own', () => {
    const delays = new Set(Array.from({ length: 50 }, () => new RetryBudget(LIMITS).failed()));
    expect(delays.size).toBeGreaterThan(1);
  });
});
