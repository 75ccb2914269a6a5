import { TokenBuckets } from './token-bucket.js';

const options = { perSecond: 10, burst: 3, subjectsMax: 2 };

describe('the token buckets', () => {
  let nowMs = 0;
  let limit: TokenBuckets;
  beforeEach(() => {
    nowMs = 0;
    limit = new TokenBuckets(options, () => nowMs);
  });

  it('admit a burst, and then return the seconds to wait', () => {
    expect([1, 2, 3, 4].map(() => limit.take('a'))).toEqual([0, 0, 0, 1]);
  });

  it('refill with time, never above the burst', () => {
    for (let i = 0; i < 3; i += 1) limit.take('a');
    nowMs += 100;
    expect(limit.take('a')).toBe(0);
    expect(limit.take('a')).toBe(1);
    nowMs += 60_000;
    expect([1, 2, 3, 4].map(() => limit.take('a'))).toEqual([0, 0, 0, 1]);
  });

  it('return the whole wait at a slow rate', () => {
    const slow = new TokenBuckets({ perSecond: 0.1, burst: 1, subjectsMax: 1 }, () => nowMs);
    slow.take('a');
    expect(slow.take('a')).toBe(10);
  });

  it('limit each subject separately', () => {
    for (let i = 0; i < 4; i += 1) limit.take('a');
    expect(limit.take('b')).toBe(0);
  });

  it('do not refill when the clock runs backwards', () => {
    for (let i = 0; i < 3; i += 1) limit.take('a');
    nowMs -= 10_000;
    expect(limit.take('a')).toBe(1);
  });

  it('keep a bounded number of subjects, and evict the least recently used one', () => {
    for (let i = 0; i < 4; i += 1) limit.take('a');
    limit.take('b');
    limit.take('a');
    limit.take('c');
    expect(limit.subjects).toBe(2);
    expect(limit.take('a')).toBe(1);
  });
});
