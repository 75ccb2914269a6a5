import type { UsageByDay } from '#contracts';
import { addDays, daysBetween } from '../format/days.js';

type DayUsed = UsageByDay['items'][number];

/** What one bar stands for: the days from `from` to `to`, both inclusive. */
export interface Bar {
  readonly from: string;
  readonly to: string;
  readonly consumed: number;
  readonly refunded: number;
  readonly count: number;
  readonly duration: number;
}

export const BARS_MAX = 62;
const SPANS = [1, 7, 30, 91, 365] as const;

/** A bar for each day, used or not; of spans of days when there would be too many. */
export function dayBars(items: readonly DayUsed[], from: string, to: string): readonly Bar[] {
  const days = Math.max(1, daysBetween(from, to) + 1);
  const span = SPANS.find((length) => days / length <= BARS_MAX) ?? Math.ceil(days / BARS_MAX);
  const bars = Array.from({ length: Math.ceil(days / span) }, (_, i) => {
    const first = addDays(from, i * span);
    const last = addDays(first, span - 1);
    return emptyBar(first, last < to ? last : to);
  });
  for (const used of items) {
    const at = Math.floor(daysBetween(from, used.day) / span);
    const bar = bars[at];
    if (bar !== undefined) bars[at] = withUsed(bar, used);
  }
  return bars;
}

const emptyBar = (from: string, to: string): Bar => ({
  from,
  to,
  consumed: 0,
  refunded: 0,
  count: 0,
  duration: 0,
});

const withUsed = (bar: Bar, used: DayUsed): Bar => ({
  ...bar,
  consumed: bar.consumed + used.consumed,
  refunded: bar.refunded + used.refunded,
  count: bar.count + used.count,
  duration: bar.duration + used.duration,
});

const TOPS = [1, 1.2, 1.6, 2, 3, 4, 5, 6, 8, 10];

/** The top of the axis: a round number, a little above the highest bar. */
export function axisTop(highest: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, highest)));
  const top = TOPS.find((times) => times * power >= highest) ?? 10;
  return Math.round(top * power);
}
