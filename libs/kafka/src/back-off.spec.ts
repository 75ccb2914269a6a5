import { backOffMs } from './back-off.js';

const limits = { waitMsMin: 100, waitMsMax: 5_000 };

describe('the back-off', () => {
  it('doubles from its least to its most wait', () => {
    const waits = [1, 2, 3, 6, 7, 1_000].map((failures) => backOffMs(failures, limits, () => 1));
    expect(waits).toEqual([100, 200, 400, 3_200, 5_000, 5_000]);
  });

  it('is jittered over its upper half', () => {
    expect(backOffMs(7, limits, () => 0)).toBe(2_500);
    expect(backOffMs(7, limits, () => 0.5)).toBe(3_750);
  });
});
