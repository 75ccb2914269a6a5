import { TokenBuckets } from './token-bucket.js';

const terms = { perSecond: 10, burst: 3, subjectsMax: 2 };

describe('the rate limit', () => {
  let nowMs = 0;
  let limit: TokenBuckets;
  beforeEach(() => {
    nowMs = 0;
    limit = new TokenBuckets(terms, () => nowMs);
  });

  it('lets a burst pass, and then says how long to wait', () => {
    expect([1, 2, 3, 4].map(() => limit.take('a'))).toEqual([0, 0, 0, 1]);
  });

  it('fills up with time, never above the burst', () => {
    for (let i = 0; i < 3; i += 1) limit.take('a');
    nowMs += 100;
    expect(limit.take('a')).toBe(0);
    expect(limit.take('a')).toBe(1);
    nowMs += 60_000;
    expect([1, 2, 3, 4].map(() => limit.take('a'))).toEqual([0, 0, 0, 1]);
  });

  it('tells the whole wait where the rate is slow', () => {
    const slow = new TokenBuckets({ perSecond: 0.1, burst: 1, subjectsMax: 1 }, () => nowMs);
    slow.take('a');
    expect(slow.take('a')).toBe(10);
  });

  it('holds one subject up without the other', () => {
    for (let i = 0; i < 4; i += 1) limit.take('a');
    expect(limit.take('b')).toBe(0);
  });

  it('is not filled by a clock that runs backwards', () => {
    for (let i = 0; i < 3; i += 1) limit.take('a');
    nowMs -= 10_000;
    expect(limit.take('a')).toBe(1);
  });

  it('remembers a bounded number of subjects, and forgets who was quiet longest', () => {
    for (let i = 0; i < 4; i += 1) limit.take('a');
    limit.take('b');
    limit.take('a');
    limit.take('c');
    expect(limit.subjects).toBe(2);
    expect(limit.take('a')).toBe(1);
  });
});
