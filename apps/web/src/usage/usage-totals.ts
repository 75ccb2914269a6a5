import type { UsageByDayAndSourceType } from '#contracts';

/** The usage of one business on one day. */
export type DailyUsage = UsageByDayAndSourceType['items'][number];

export interface UsageTotals {
  readonly consumed: number;
  readonly refunded: number;
  readonly count: number;
  readonly duration: number;
}

/** By the code of each business that was used. */
export type UsageByBusiness = ReadonlyMap<string, UsageTotals>;

export const NO_USAGE: UsageTotals = { consumed: 0, refunded: 0, count: 0, duration: 0 };

const addTotals = (a: UsageTotals, b: UsageTotals): UsageTotals => ({
  consumed: a.consumed + b.consumed,
  refunded: a.refunded + b.refunded,
  count: a.count + b.count,
  duration: a.duration + b.duration,
});

export const sumTotals = (totals: readonly UsageTotals[]): UsageTotals =>
  totals.reduce(addTotals, NO_USAGE);

export function groupByBusiness(items: readonly DailyUsage[]): UsageByBusiness {
  const totals = new Map<string, UsageTotals>();
  for (const item of items) {
    const { source_type: code } = item;
    totals.set(code, addTotals(totals.get(code) ?? NO_USAGE, item));
  }
  return totals;
}
