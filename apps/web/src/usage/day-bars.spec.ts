import fc from 'fast-check';
import { addDays, daysBetween } from '../format/days.js';
import { BARS_MAX, axisTop, dayBars } from './day-bars.js';
import { sumTotals } from './usage-totals.js';

const used = (day: string, consumed: number, source_type = 'tts') => ({
  day,
  source_type,
  consumed,
  refunded: 1,
  count: 2,
  duration: 0.5,
});

describe('dayBars', () => {
  it('returns one bar for each day, used or not', () => {
    const bars = dayBars([used('2030-01-30', 7)], '2030-01-29', '2030-01-31');
    expect(bars.map(({ from, to, consumed }) => [from, to, consumed])).toEqual([
      ['2030-01-29', '2030-01-29', 0],
      ['2030-01-30', '2030-01-30', 7],
      ['2030-01-31', '2030-01-31', 0],
    ]);
  });

  it('sums the usage of each business and of all of them', () => {
    const items = [
      used('2030-01-30', 7, 'tts'),
      used('2030-01-30', 5, 'video'),
      used('2030-01-31', 9, 'script'),
    ];
    const [bar] = dayBars(items, '2030-01-30', '2030-01-31');
    expect(bar).toMatchObject({ consumed: 12, refunded: 2, count: 4, duration: 1 });
    const consumed = [...(bar?.businesses ?? [])].map(([code, totals]) => [code, totals.consumed]);
    expect(consumed).toEqual([
      ['tts', 7],
      ['video', 5],
    ]);
  });

  it('returns weeks when there are too many days, the last one shorter', () => {
    const items = [used('2030-01-01', 1), used('2030-01-07', 2), used('2030-01-08', 4)];
    const bars = dayBars(items, '2030-01-01', '2030-03-31');
    expect(bars[0]).toMatchObject({
      from: '2030-01-01',
      to: '2030-01-07',
      consumed: 3,
      refunded: 2,
      count: 4,
      duration: 1,
    });
    expect(bars[1]?.consumed).toBe(4);
    expect(bars.at(-1)).toMatchObject({ from: '2030-03-26', to: '2030-03-31' });
  });

  it('never exceeds the limit, covers each day once and loses no points', () => {
    const days = fc.nat(4_000);
    fc.assert(
      fc.property(days, fc.array(fc.tuple(days, fc.nat(1_000))), (length, usedOn) => {
        const from = '2030-01-01';
        const to = addDays(from, length);
        const items = usedOn.map(([day, points]) =>
          used(addDays(from, Math.min(day, length)), points),
        );
        const bars = dayBars(items, from, to);
        expect(bars.length).toBeLessThanOrEqual(BARS_MAX);
        expect(bars.reduce((sum, bar) => sum + daysBetween(bar.from, bar.to) + 1, 0)).toBe(
          length + 1,
        );
        const parts = bars.flatMap(({ businesses }) => [...businesses.values()]);
        expect(sumTotals(parts)).toEqual(sumTotals(bars));
        const points = usedOn.reduce((sum, [, more]) => sum + more, 0);
        expect(bars.reduce((sum, bar) => sum + bar.consumed, 0)).toBe(points);
      }),
    );
  });
});

describe('the axis of the chart', () => {
  it.each([
    [0, 1],
    [1, 1],
    [3, 3],
    [11, 12],
    [640, 800],
    [1_001, 1_200],
    [9_999, 10_000],
    [2_147_483_647, 3_000_000_000],
  ])('holds %p under %p', (highest, top) => expect(axisTop(highest)).toBe(top));
});
