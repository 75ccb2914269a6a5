import { setImmediate as turn } from 'node:timers/promises';
import { SubscriptionBuffer } from './subscription-buffer.js';

describe('The buffer of a subscription', () => {
  it('keeps the order, returns all its items, and makes producers wait while it is full', async () => {
    const queue = new SubscriptionBuffer<number>(3);
    const put: number[] = [];
    const producing = (async () => {
      for (let i = 0; i < 7; i += 1) {
        await queue.put(i);
        put.push(i);
      }
    })();
    const taken: number[][] = [];
    while (taken.flat().length < 7) {
      await turn();
      taken.push([...(await queue.takeAll())]);
    }
    await producing;
    expect(taken.flat()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(Math.max(...taken.map((items) => items.length))).toBe(3);
  });

  it('lets a consumer wait for the first item', async () => {
    const queue = new SubscriptionBuffer<string>(3);
    const taking = queue.takeAll();
    await queue.put('first');
    expect(await taking).toEqual(['first']);
  });

  it('returns its items before the error, and accepts nothing after it', async () => {
    const queue = new SubscriptionBuffer<number>(3);
    await queue.put(1);
    queue.fail(new Error('first'));
    queue.fail(new Error('second'));
    await queue.put(2);
    expect(await queue.takeAll()).toEqual([1]);
    await expect(queue.takeAll()).rejects.toThrow('first');
  });

  it('releases a waiting producer when it fails', async () => {
    const queue = new SubscriptionBuffer<number>(1);
    const waiting = queue.put(1);
    queue.fail(new Error('closed'));
    await waiting;
    expect(await queue.takeAll()).toEqual([1]);
  });
});
