import { ByteBudget } from './byte-budget.js';

describe('a budget of bytes', () => {
  it('gives what is free at once, and nothing else', () => {
    const budget = new ByteBudget(10);
    expect(budget.tryReserve(6)).toBe(true);
    expect(budget.tryReserve(5)).toBe(false);
    budget.release(1);
    expect(budget.tryReserve(5)).toBe(true);
  });

  it('lets those who wait have it in the order in which they came', async () => {
    const budget = new ByteBudget(10);
    await budget.reserve(10);
    const given: string[] = [];
    const large = budget.reserve(8).then(() => given.push('large'));
    const small = budget.reserve(1).then(() => given.push('small'));
    budget.release(5);
    await new Promise(setImmediate);
    expect(given).toEqual([]);
    expect(budget.tryReserve(1)).toBe(false);
    budget.release(5);
    await Promise.all([large, small]);
    expect(given).toEqual(['large', 'small']);
  });
});
