import { retry, type RetryOptions } from './retry.js';
import { ManualClock } from './testing/index.js';
import { TimeoutError } from './timeout.js';

const passing = new Error('temporarily unavailable');
const permanent = new Error('permanently refused');

let clock: ManualClock;
beforeEach(() => {
  clock = new ManualClock();
});

const options = (changes: Partial<RetryOptions> = {}): RetryOptions => ({
  backoffMsMin: 100,
  backoffMsMax: 400,
  totalMsMax: 10_000,
  isRetried: (error) => error !== permanent,
  clock,
  random: () => 1,
  ...changes,
});

/** Fails with each of the errors in turn, then succeeds; counts its calls. */
function failing(...errors: Error[]) {
  const calls = { count: 0, at: [] as number[] };
  const attempt = async (): Promise<string> => {
    calls.at.push(clock.now());
    const error = errors[calls.count++];
    if (error !== undefined) throw error;
    return 'done';
  };
  return { attempt, calls };
}

/** Advances time until the promise settles. */
async function settle<T>(promise: Promise<T>): Promise<T> {
  let isSettled = false;
  const end = (): void => void (isSettled = true);
  promise.then(end, end);
  while (!isSettled) await clock.advance(10);
  return promise;
}

describe('retry', () => {
  it('gives the result of the first attempt when that succeeds', async () => {
    const { attempt, calls } = failing();
    await expect(retry(attempt, options())).resolves.toBe('done');
    expect(calls.count).toBe(1);
    expect(clock.timers).toBe(0);
  });

  it('retries after a back-off', async () => {
    const { attempt, calls } = failing(passing, passing, passing);
    await expect(settle(retry(attempt, options()))).resolves.toBe('done');
    expect(calls.at).toEqual([0, 100, 300, 700]);
  });

  it('throws an error that must not be retried at once', async () => {
    const { attempt, calls } = failing(passing, permanent, passing);
    await expect(settle(retry(attempt, options()))).rejects.toBe(permanent);
    expect(calls.count).toBe(2);
  });

  it('throws the last error when the total limit is reached', async () => {
    const { attempt, calls } = failing(...Array<Error>(100).fill(passing));
    await expect(settle(retry(attempt, options({ totalMsMax: 1_000 })))).rejects.toBe(passing);
    expect(calls.at).toEqual([0, 100, 300, 700]);
    expect(clock.now()).toBeLessThanOrEqual(1_000);
  });

  it('throws the last error after the maximum number of attempts', async () => {
    const last = new Error('the last one');
    const { attempt, calls } = failing(passing, passing, last);
    await expect(settle(retry(attempt, options({ attemptsMax: 3 })))).rejects.toBe(last);
    expect(calls.count).toBe(3);
  });

  it('reports each error that is retried, with the delay', async () => {
    const reported: unknown[] = [];
    const onRetry = (error: unknown, delayMs: number): void => {
      reported.push({ error, delayMs });
    };
    await settle(retry(failing(passing, passing).attempt, options({ onRetry })));
    expect(reported).toEqual([
      { error: passing, delayMs: 100 },
      { error: passing, delayMs: 200 },
    ]);
  });

  it('counts an attempt that takes too long as failed', async () => {
    let calls = 0;
    const attempt = (): Promise<string> =>
      ++calls === 1 ? new Promise(() => undefined) : Promise.resolve('done');
    const errors: unknown[] = [];
    const onRetry = (error: unknown): void => void errors.push(error);
    await expect(settle(retry(attempt, options({ attemptMsMax: 50, onRetry })))).resolves.toBe(
      'done',
    );
    expect(calls).toBe(2);
    expect(errors).toEqual([expect.any(TimeoutError)]);
  });

  it('makes no attempt when its signal is aborted before', async () => {
    const { attempt, calls } = failing();
    const signal = AbortSignal.abort();
    await expect(retry(attempt, options({ signal }))).rejects.toBe(signal.reason);
    expect(calls.count).toBe(0);
  });

  it('throws the last error as soon as its signal aborts during the back-off', async () => {
    const controller = new AbortController();
    const { attempt, calls } = failing(passing, passing);
    const result = retry(attempt, options({ signal: controller.signal }));
    const seen = expect(result).rejects.toBe(passing);
    await clock.advance(50);
    controller.abort();
    await seen;
    expect(calls.count).toBe(1);
    expect(clock.timers).toBe(0);
  });

  it('makes no further attempt when its signal aborts during one', async () => {
    const controller = new AbortController();
    let calls = 0;
    const attempt = async (): Promise<never> => {
      calls += 1;
      controller.abort();
      throw passing;
    };
    await expect(retry(attempt, options({ signal: controller.signal }))).rejects.toBe(passing);
    expect(calls).toBe(1);
  });
});
