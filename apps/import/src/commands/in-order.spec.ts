import { setImmediate } from 'node:timers/promises';
import { inOrder } from './in-order.js';

async function* numbers(count: number): AsyncGenerator<number> {
  for (let number = 0; number < count; number += 1) yield number;
}

it('gives results in the order of the items, whichever is done first', async () => {
  const results: number[] = [];
  const work = async (item: number): Promise<number> => {
    for (let turns = 7 - (item % 7); turns > 0; turns -= 1) await setImmediate();
    return item * 2;
  };
  for await (const result of inOrder(numbers(20), 5, work)) results.push(result);
  expect(results).toEqual(Array.from({ length: 20 }, (_, index) => index * 2));
});

it('works on no more items at a time than it may', async () => {
  let [running, most] = [0, 0];
  const work = async (): Promise<void> => {
    running += 1;
    most = Math.max(most, running);
    await setImmediate();
    running -= 1;
  };
  for await (const result of inOrder(numbers(20), 4, work)) void result;
  expect(most).toBe(4);
});

it('ends with the first error, once what is running has ended', async () => {
  const ended: number[] = [];
  const work = async (item: number): Promise<number> => {
    await setImmediate();
    ended.push(item);
    if (item === 2) throw new Error(`item ${item}`);
    return item;
  };
  const results: number[] = [];
  const all = (async () => {
    for await (const result of inOrder(numbers(20), 3, work)) results.push(result);
  })();
  await expect(all).rejects.toThrow('item 2');
  expect(results).toEqual([0, 1]);
  expect(ended).toEqual([0, 1, 2, 3, 4]);
});
