import { formatPoints, formatSeconds, formatSignedPoints } from './points.js';

describe('a duration', () => {
  it.each([
    [12.5, '12.5s'],
    [95.25, '95.25s'],
    [3, '3s'],
    [0, '0s'],
    [0.001, '0.001s'],
    [1e-7, '0.0000001s'],
    [10_000_000, '10000000s'],
    [null, '-'],
  ])('of %p is formatted as %p', (duration, text) => expect(formatSeconds(duration)).toBe(text));
});

describe('points', () => {
  it('have a sign by the type of the transaction', () => {
    expect(formatSignedPoints('recharge', 5_000)).toBe('+5,000');
    expect(formatSignedPoints('refund', 25)).toBe('+25');
    expect(formatSignedPoints('consume', 25)).toBe('−25');
    expect(formatSignedPoints('expire', 60)).toBe('−60');
  });

  it('are grouped by thousands', () => expect(formatPoints(2_147_483_647)).toBe('2,147,483,647'));
});
