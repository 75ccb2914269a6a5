import { Semaphore, SemaphoreFullError } from './semaphore.js';
import { ManualClock } from './testing/index.js';
import { TimeoutError } from './timeout.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Acquires, and records the name when it is admitted. */
function noting(admitted: string[], name: string, acquired: Promise<void>): void {
  void acquired.then(() => admitted.push(name));
}

describe('a semaphore', () => {
  it('admits as many as it has permits, and the others in order as permits are released', async () => {
    const semaphore = new Semaphore(2);
    const admitted: string[] = [];
    for (const name of ['a', 'b', 'c', 'd']) noting(admitted, name, semaphore.acquire());
    await turn();
    expect(admitted).toEqual(['a', 'b']);
    expect([semaphore.inUse, semaphore.queued]).toEqual([2, 2]);
    semaphore.release();
    await turn();
    expect(admitted).toEqual(['a', 'b', 'c']);
    semaphore.release();
    semaphore.release();
    await turn();
    expect(admitted).toEqual(['a', 'b', 'c', 'd']);
    semaphore.release();
    expect([semaphore.inUse, semaphore.queued]).toEqual([0, 0]);
  });

  it('counts permits of different sizes together', async () => {
    const bytes = new Semaphore(100);
    const admitted: string[] = [];
    noting(admitted, 'sixty', bytes.acquire({ permits: 60 }));
    noting(admitted, 'fifty', bytes.acquire({ permits: 50 }));
    await turn();
    expect(admitted).toEqual(['sixty']);
    bytes.release(60);
    await turn();
    expect(admitted).toEqual(['sixty', 'fifty']);
    expect(bytes.inUse).toBe(50);
  });

  it('lets no small request overtake a large one', async () => {
    const bytes = new Semaphore(100);
    const admitted: string[] = [];
    await bytes.acquire({ permits: 60 });
    noting(admitted, 'large', bytes.acquire({ permits: 50 }));
    noting(admitted, 'small', bytes.acquire({ permits: 10 }));
    expect(bytes.tryAcquire(10)).toBe(false);
    await turn();
    expect(admitted).toEqual([]);
    bytes.release(60);
    await turn();
    expect(admitted).toEqual(['large', 'small']);
  });

  it('takes permits at once or not at all with tryAcquire', () => {
    const semaphore = new Semaphore(3);
    expect(semaphore.tryAcquire(2)).toBe(true);
    expect(semaphore.tryAcquire(2)).toBe(false);
    expect(semaphore.tryAcquire()).toBe(true);
    expect(semaphore.inUse).toBe(3);
  });

  it('rejects a request that it could never grant', async () => {
    await expect(new Semaphore(2).acquire({ permits: 3 })).rejects.toThrow(RangeError);
  });

  it('rejects a request when its queue is full', async () => {
    const semaphore = new Semaphore(1, { queuedMax: 1 });
    await semaphore.acquire();
    const queued = semaphore.acquire();
    await expect(semaphore.acquire()).rejects.toThrow(SemaphoreFullError);
    semaphore.release();
    await queued;
    expect(semaphore.queued).toBe(0);
  });

  it('gives up a request that waits for too long', async () => {
    const clock = new ManualClock();
    const semaphore = new Semaphore(1, { clock });
    await semaphore.acquire();
    const seen = expect(semaphore.acquire({ waitMsMax: 100 })).rejects.toThrow(TimeoutError);
    await clock.advance(100);
    await seen;
    semaphore.release();
    expect([semaphore.inUse, semaphore.queued]).toEqual([0, 0]);
  });

  it('cancels the timer of a request that is admitted', async () => {
    const clock = new ManualClock();
    const semaphore = new Semaphore(1, { clock });
    await semaphore.acquire();
    const queued = semaphore.acquire({ waitMsMax: 100 });
    semaphore.release();
    await queued;
    expect(clock.timers).toBe(0);
  });

  it('admits the requests after a large one that was given up', async () => {
    const clock = new ManualClock();
    const semaphore = new Semaphore(10, { clock });
    await semaphore.acquire({ permits: 5 });
    const large = expect(semaphore.acquire({ permits: 10, waitMsMax: 100 })).rejects.toThrow();
    const small = semaphore.acquire({ permits: 5 });
    await clock.advance(100);
    await large;
    await small;
    expect(semaphore.inUse).toBe(10);
  });

  it('holds its permits for as long as the work runs', async () => {
    const semaphore = new Semaphore(1);
    let finish: (result: string) => void = () => undefined;
    const running = semaphore.run(() => new Promise<string>((resolve) => (finish = resolve)));
    await turn();
    expect(semaphore.inUse).toBe(1);
    finish('done');
    await expect(running).resolves.toBe('done');
    expect(semaphore.inUse).toBe(0);
  });

  it('releases its permits when the work fails', async () => {
    const semaphore = new Semaphore(4);
    const work = (): Promise<never> => Promise.reject(new Error('failed'));
    await expect(semaphore.run(work, { permits: 3 })).rejects.toThrow('failed');
    expect(semaphore.inUse).toBe(0);
  });
});
