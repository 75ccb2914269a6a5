import type { Position } from '../port.js';
import { backOffMs } from './back-off.js';
import { BatchingQueue } from './batching-queue.js';
import { DeadlinePassed, within } from './deadline.js';
import { UnknownAppends } from './unknown-appends.js';
import { formatPosition, parsePosition } from './esdb-position.js';
import { DEFAULT_EVENTSTOREDB_OPTIONS } from './options.js';
import { Turnstile } from './turnstile.js';

describe('a position of EventStoreDB', () => {
  const at = (commit: bigint) => formatPosition({ commit, prepare: commit });

  it('compares as a string, up to the largest there is', () => {
    const commits = [0n, 9n, 10n, 99_999n, 2n ** 53n + 1n, 2n ** 64n - 1n];
    const positions = commits.map(at);
    expect([...positions].sort()).toEqual(positions);
    expect(positions.map((p) => parsePosition(p)?.commit)).toEqual(commits);
  });

  it.each(['memory:0000000000000042', 'es-1-2', `${at(1n)}0`])('is not %s', (text) => {
    expect(() => parsePosition(text as Position)).toThrow('is no position of an EventStoreDB');
  });
});

describe('the queue between a subscription and its sink', () => {
  it('keeps order, gives all there is, and lets who gives wait while it is full', async () => {
    const queue = new BatchingQueue<number>(3);
    const given: number[] = [];
    const giving = (async () => {
      for (let i = 0; i < 7; i += 1) {
        await queue.put(i);
        given.push(i);
      }
    })();
    const taken: number[][] = [];
    while (taken.flat().length < 7) {
      await new Promise((resolve) => setImmediate(resolve));
      taken.push([...(await queue.takeAll())]);
    }
    await giving;
    expect(taken.flat()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(Math.max(...taken.map((items) => items.length))).toBe(3);
  });

  it('gives out what it has before the error, and takes in nothing behind it', async () => {
    const queue = new BatchingQueue<number>(3);
    await queue.put(1);
    queue.fail(new Error('first'));
    queue.fail(new Error('second'));
    await queue.put(2);
    expect(await queue.takeAll()).toEqual([1]);
    await expect(queue.takeAll()).rejects.toThrow('first');
  });
});

describe('the doubts about appends', () => {
  it('are of one append, until it is settled', () => {
    const doubts = new UnknownAppends();
    doubts.add('a');
    expect([doubts.has('a'), doubts.has('b')]).toEqual([true, false]);
    doubts.remove('a');
    expect(doubts.has('a')).toBe(false);
  });

  it('are of everything, when there are too many to remember', () => {
    const doubts = new UnknownAppends(1);
    doubts.add('a');
    doubts.add('b');
    expect(doubts.has('c')).toBe(true);
  });
});

describe('the turnstile', () => {
  it('lets so many in, the others in order, and nobody wait for ever', async () => {
    const turnstile = new Turnstile(1);
    await turnstile.enter(1000);
    const entered: string[] = [];
    const second = turnstile.enter(1000).then(() => entered.push('second'));
    const third = turnstile.enter(1000).then(() => entered.push('third'));
    await expect(turnstile.enter(5)).rejects.toBeInstanceOf(DeadlinePassed);
    turnstile.leave();
    await second;
    expect(entered).toEqual(['second']);
    turnstile.leave();
    await third;
    turnstile.leave();
    await turnstile.enter(5);
  });
});

describe('a deadline of ours', () => {
  it('passes, and what comes late is dropped, error or not', async () => {
    let fail: (error: Error) => void = () => {};
    const late = new Promise<never>((_resolve, reject) => {
      fail = reject;
    });
    await expect(within('it', 5, late)).rejects.toThrow('it: not within 5 ms');
    fail(new Error('late'));
    expect(await within('it', 1000, Promise.resolve(3))).toBe(3);
  });
});

describe('the back-off', () => {
  it('doubles up to its limit, and is jittered by half', () => {
    const settings = { ...DEFAULT_EVENTSTOREDB_OPTIONS, backOffMsMin: 10, backOffMsMax: 1_000 };
    const waits = (random: number) =>
      [0, 1, 2, 50].map((failures) => backOffMs(failures, { ...settings, random: () => random }));
    expect(waits(1)).toEqual([10, 20, 40, 1_000]);
    expect(waits(0)).toEqual([5, 10, 20, 500]);
  });
});
