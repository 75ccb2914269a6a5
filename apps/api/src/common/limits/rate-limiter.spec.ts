import { Problem } from '../problems/problem.js';
import { RateLimiter, type CallerKind } from './rate-limiter.js';

const KINDS: readonly CallerKind[] = ['user', 'service', 'anonymous'];

describe('the rate limiter', () => {
  let nowMs = 0;
  let limiter: RateLimiter;
  beforeEach(() => {
    nowMs = 0;
    limiter = new RateLimiter(
      { userPerSecond: 1, servicePerSecond: 2, anonymousPerSecond: 0.2 },
      () => nowMs,
    );
  });

  /** How many requests are admitted in a row. */
  function admitted(kind: CallerKind, subject: string): number {
    for (let count = 0; count < 100; count += 1) {
      try {
        limiter.take(kind, subject);
      } catch {
        return count;
      }
    }
    return 100;
  }

  it('admits five seconds of the rate of each kind of caller at once', () => {
    expect(KINDS.map((kind) => admitted(kind, 'x'))).toEqual([5, 10, 1]);
  });

  it('limits each subject of a kind separately', () => {
    admitted('user', 'alice');
    expect(admitted('user', 'bob')).toBe(5);
  });

  it('rejects with a problem that says when to retry', () => {
    admitted('anonymous', '10.0.0.1');
    expect(() => limiter.take('anonymous', '10.0.0.1')).toThrow(Problem);
    try {
      limiter.take('anonymous', '10.0.0.1');
    } catch (error) {
      expect(error).toMatchObject({
        details: { status: 429, name: 'too-many', retryAfterSeconds: 5 },
      });
    }
    nowMs += 5_000;
    expect(admitted('anonymous', '10.0.0.1')).toBe(1);
  });
});
