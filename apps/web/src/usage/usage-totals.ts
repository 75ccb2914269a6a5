import type { SourceType, UsageByDayAndSourceType } from '#contracts';

/** The usage of one business on one day. */
export type DailyUsage = UsageByDayAndSourceType['items'][number];

export interface UsageTotals {
  readonly consumed: number;
  readonly refunded: number;
  readonly count: number;
  readonly duration: number;
}

export type UsageByBusiness = Readonly<Record<SourceType, UsageTotals>>;

const NO_USAGE: UsageTotals = { consumed: 0, refunded: 0, count: 0, duration: 0 };

const addTotals = (a: UsageTotals, b: UsageTotals): UsageTotals => ({
  consumed: a.consumed + b.consumed,
  refunded: a.refunded + b.refunded,
  count: a.count + b.count,
  duration: a.duration + b.duration,
});

export const sumTotals = (totals: readonly UsageTotals[]): UsageTotals =>
  totals.reduce(addTotals, NO_USAGE);

/** Every business, used or not. */
export function groupByBusiness(items: readonly DailyUsage[]): UsageByBusiness {
  const totalsOf = (business: SourceType): UsageTotals =>
    sumTotals(items.filter(({ source_type }) => source_type === business));
  return {
    script: totalsOf('script'),
    polish: totalsOf('polish'),
    voice_clone: totalsOf('voice_clone'),
    tts: totalsOf('tts'),
    video: totalsOf('video'),
  };
}
