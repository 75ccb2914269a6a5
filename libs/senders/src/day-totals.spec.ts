import { DayTotals } from './day-totals.js';

describe('The points that a sender moves in a day', () => {
  it('are counted by sender and day', () => {
    const totals = new DayTotals();
    totals.add('a', '2030-01-01', 5);
    totals.add('a', '2030-01-01', 7);
    totals.add('a', '2030-01-02', 1);
    totals.add('b', '2030-01-01', 100);
    totals.add('a', '2030-01-01', -2);
    expect(totals.totalOf('a', '2030-01-01')).toBe(10);
    expect(totals.totalOf('a', '2030-01-02')).toBe(1);
    expect(totals.totalOf('b', '2030-01-01')).toBe(100);
    expect(totals.totalOf('c', '2030-01-01')).toBe(0);
  });

  it('are kept for ten days, and an older day is never counted from zero', () => {
    const totals = new DayTotals();
    const day = (n: number) => `2030-01-${String(n).padStart(2, '0')}`;
    for (let n = 10; n < 20; n += 1) totals.add('a', day(n), n);
    expect(totals.totalOf('a', day(3))).toBe(10);
    totals.add('a', day(3), 5);
    expect(totals.totalOf('a', day(10))).toBe(15);
    expect(totals.totalOf('a', day(20))).toBe(0);
    totals.add('a', day(20), 1);
    expect(totals.totalOf('a', day(20))).toBe(1);
    // The tenth of the month was dropped; an older day is counted with the oldest one that is kept.
    expect(totals.totalOf('a', day(10))).toBe(11);
  });

  it('are dropped with their sender', () => {
    const totals = new DayTotals();
    totals.add('a', '2030-01-01', 5);
    totals.add('b', '2030-01-01', 6);
    totals.retainOnly(new Set(['b', 'c']));
    expect(totals.totalOf('a', '2030-01-01')).toBe(0);
    expect(totals.totalOf('b', '2030-01-01')).toBe(6);
  });
});
