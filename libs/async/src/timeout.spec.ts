import { TimeoutError, settledWithin, valueWithin, withTimeout } from './timeout.js';
import { ManualClock } from './testing/index.js';

const NEVER = new Promise<never>(() => undefined);
const rejected = (error = new Error('refused')): Promise<never> => Promise.reject(error);

let clock: ManualClock;
beforeEach(() => {
  clock = new ManualClock();
});

describe('withTimeout', () => {
  it('gives what the work gives', async () => {
    await expect(withTimeout(Promise.resolve(7), 100, { clock })).resolves.toBe(7);
  });

  it('rejects with what the work rejects with', async () => {
    const error = new Error('refused');
    await expect(withTimeout(rejected(error), 100, { clock })).rejects.toBe(error);
  });

  it('rejects with a TimeoutError when the time is over', async () => {
    const result = withTimeout(NEVER, 100, { clock }).catch((error: unknown) => error);
    await clock.advance(100);
    const error = await result;
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ name: 'TimeoutError', message: 'no answer within 100 ms' });
  });

  it('names what was waited for', async () => {
    const result = withTimeout(NEVER, 99.6, { clock, what: 'no append' });
    const seen = expect(result).rejects.toThrow('no append within 100 ms');
    await clock.advance(100);
    await seen;
  });

  it('cancels its timer when the work is over', async () => {
    await withTimeout(Promise.resolve(), 100, { clock });
    await withTimeout(rejected(), 100, { clock }).catch(() => undefined);
    expect(clock.timers).toBe(0);
  });

  it('ignores a rejection that comes after the time', async () => {
    let reject: (error: Error) => void = () => undefined;
    const work = new Promise<never>((_, refuse) => (reject = refuse));
    const result = withTimeout(work, 100, { clock });
    const seen = expect(result).rejects.toThrow(TimeoutError);
    await clock.advance(100);
    reject(new Error('too late'));
    await seen;
  });

  it('uses the system clock unless another is given', async () => {
    await expect(withTimeout(NEVER, 0)).rejects.toThrow(TimeoutError);
  });
});

describe('valueWithin', () => {
  it('gives what the work gives', async () => {
    await expect(valueWithin(Promise.resolve(7), 100, null, clock)).resolves.toBe(7);
    expect(clock.timers).toBe(0);
  });

  it('gives the fallback when the time is over', async () => {
    const result = valueWithin(NEVER, 100, null, clock);
    await clock.advance(100);
    await expect(result).resolves.toBeNull();
  });

  it('rejects with what the work rejects with', async () => {
    await expect(valueWithin(rejected(), 100, null, clock)).rejects.toThrow('refused');
  });
});

describe('settledWithin', () => {
  it('is true for work that succeeds or fails in time', async () => {
    await expect(settledWithin(Promise.resolve(), 100, clock)).resolves.toBe(true);
    await expect(settledWithin(rejected(), 100, clock)).resolves.toBe(true);
  });

  it('is false when the time is over', async () => {
    const result = settledWithin(NEVER, 100, clock);
    await clock.advance(100);
    await expect(result).resolves.toBe(false);
  });
});
