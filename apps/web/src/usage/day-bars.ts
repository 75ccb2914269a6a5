import { addDays, daysBetween } from '../format/days.js';
import { byBusiness, sumOf, type Used, type UsedByBusiness, type UsedOfDay } from './used.js';

/** What one bar stands for: the days from `from` to `to`, both inclusive. */
export interface Bar extends Used {
  readonly from: string;
  readonly to: string;
  readonly businesses: UsedByBusiness;
}

export const BARS_MAX = 62;
const SPANS = [1, 7, 30, 91, 365] as const;

/** A bar for each day, used or not; of spans of days when there would be too many. */
export function dayBars(items: readonly UsedOfDay[], from: string, to: string): readonly Bar[] {
  const days = Math.max(1, daysBetween(from, to) + 1);
  const span = SPANS.find((length) => days / length <= BARS_MAX) ?? Math.ceil(days / BARS_MAX);
  const ofBar = new Map<number, UsedOfDay[]>();
  for (const used of items) {
    const at = Math.floor(daysBetween(from, used.day) / span);
    ofBar.set(at, [...(ofBar.get(at) ?? []), used]);
  }
  return Array.from({ length: Math.ceil(days / span) }, (_, at) => {
    const first = addDays(from, at * span);
    const last = addDays(first, span - 1);
    const used = ofBar.get(at) ?? [];
    const whole = { from: first, to: daysBetween(last, to) > 0 ? last : to };
    return { ...whole, ...sumOf(used), businesses: byBusiness(used) };
  });
}

const TOPS = [1, 1.2, 1.6, 2, 3, 4, 5, 6, 8, 10];

/** The top of the axis: a round number, a little above the highest bar. */
export function axisTop(highest: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, highest)));
  const top = TOPS.find((times) => times * power >= highest) ?? 10;
  return Math.round(top * power);
}
