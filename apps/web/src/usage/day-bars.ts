import { addDays, daysBetween } from '../format/days.js';
import {
  groupByBusiness,
  sumTotals,
  type UsageTotals,
  type UsageByBusiness,
  type DailyUsage,
} from './usage-totals.js';

/** The usage of one bar: the days from `from` to `to`, both inclusive. */
export interface Bar extends UsageTotals {
  readonly from: string;
  readonly to: string;
  readonly businesses: UsageByBusiness;
}

export const BARS_MAX = 62;
const SPAN_DAYS = [1, 7, 30, 91, 365] as const;

/** A bar for each day, used or not, or for longer spans when there are more than BARS_MAX days. */
export function dayBars(items: readonly DailyUsage[], from: string, to: string): readonly Bar[] {
  const days = Math.max(1, daysBetween(from, to) + 1);
  const span = SPAN_DAYS.find((length) => days / length <= BARS_MAX) ?? Math.ceil(days / BARS_MAX);
  const usageByBar = new Map<number, DailyUsage[]>();
  for (const used of items) {
    const at = Math.floor(daysBetween(from, used.day) / span);
    usageByBar.set(at, [...(usageByBar.get(at) ?? []), used]);
  }
  return Array.from({ length: Math.ceil(days / span) }, (_, at) => {
    const first = addDays(from, at * span);
    const last = addDays(first, span - 1);
    const used = usageByBar.get(at) ?? [];
    const whole = { from: first, to: daysBetween(last, to) > 0 ? last : to };
    return { ...whole, ...sumTotals(used), businesses: groupByBusiness(used) };
  });
}

const ROUND_STEPS = [1, 1.2, 1.6, 2, 3, 4, 5, 6, 8, 10];

/** The top of the axis: a round number, a little above the highest bar. */
export function axisTop(highest: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, highest)));
  const top = ROUND_STEPS.find((times) => times * power >= highest) ?? 10;
  return Math.round(top * power);
}
