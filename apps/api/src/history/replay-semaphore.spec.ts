import { eventually } from '../testing/api-fixture.js';
import { Problem } from '../common/problems/problem.js';
import { ReplaySemaphore } from './replay-semaphore.js';

describe('the replay semaphore', () => {
  it('runs four replays at a time, the next one as soon as one has ended or failed', async () => {
    const gate = new ReplaySemaphore();
    let inside = 0;
    let most = 0;
    const ends: ((error?: Error) => void)[] = [];
    const fold = (): Promise<string> =>
      gate.run(async () => {
        most = Math.max(most, (inside += 1));
        await new Promise<void>((resolve, reject) =>
          ends.push((error) => (error === undefined ? resolve() : reject(error))),
        ).finally(() => (inside -= 1));
        return 'folded';
      });
    const folds = Array.from({ length: 9 }, fold);
    const settled = Promise.allSettled(folds);
    for (let i = 0; i < 9; i += 1) {
      await eventually(() => expect(ends.length).toBeGreaterThan(i));
      ends[i]?.(i === 2 ? new Error('damaged') : undefined);
    }
    const results = (await settled).map(({ status }) => status);
    expect(results.filter((status) => status === 'rejected')).toHaveLength(1);
    expect(most).toBe(4);
    const last = fold();
    await eventually(() => expect(ends).toHaveLength(10));
    ends[9]?.();
    expect(await last).toBe('folded');
  });

  it('rejects a replay when its queue is full', async () => {
    const gate = new ReplaySemaphore();
    let end = (): void => undefined;
    const held = new Promise<void>((resolve) => (end = resolve));
    const waiting = Array.from({ length: 104 }, () => gate.run(() => held));
    await expect(gate.run(() => held)).rejects.toBeInstanceOf(Problem);
    end();
    await Promise.all(waiting);
  });
});
