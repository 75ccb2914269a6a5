import { backOffMs } from './back-off.js';

const terms = { msMin: 1_000, msMax: 30_000 };

describe('the back-off', () => {
  it('doubles with every attempt, up to its limit', () => {
    const longest = [0, 1, 2, 3, 4, 5, 1_000].map((attempt) => backOffMs(attempt, terms, 1));
    expect(longest).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  it('is by chance up to a half shorter', () => {
    expect(backOffMs(0, terms, 0)).toBe(500);
    expect(backOffMs(9, terms, 0)).toBe(15_000);
  });
});
