import { seededRandom } from '#testing';
import { memoryTrend } from './memory-trend.js';

const SAMPLES = 120;

const samples = (at: (index: number) => number): number[] =>
  Array.from({ length: SAMPLES }, (_, index) => at(index));

describe('The trend of memory', () => {
  it('is zero for a process that warms up and then stays constant', () => {
    expect(memoryTrend(samples((at) => Math.min(150, 50 + 4 * at)))).toEqual({
      early: 150,
      late: 150,
      most: 150,
      grew: 0,
    });
  });

  it('is zero for a process that fluctuates between collections', () => {
    const dice = seededRandom(1);
    const { grew, most } = memoryTrend(samples(() => 100 + dice.below(30)));
    expect(Math.abs(grew)).toBeLessThan(12);
    expect(most).toBeGreaterThan(125);
  });

  it('is the growth of a leak in two thirds of the time after the warm-up', () => {
    expect(memoryTrend(samples((at) => 100 + at)).grew).toBe(60);
  });

  it('is detected despite fluctuations', () => {
    const dice = seededRandom(2);
    const { grew } = memoryTrend(samples((at) => 100 + at + dice.below(30)));
    expect(grew).toBeGreaterThan(45);
  });

  it('requires a minimum number of samples', () => {
    expect(() => memoryTrend([1, 2, 3])).toThrow('3 samples show no trend');
  });
});
