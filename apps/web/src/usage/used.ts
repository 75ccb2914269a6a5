import type { SourceType, UsageByDayAndSourceType } from '#contracts';

/** What one business consumed on one day. */
export type UsedOfDay = UsageByDayAndSourceType['items'][number];

export interface Used {
  readonly consumed: number;
  readonly refunded: number;
  readonly count: number;
  readonly duration: number;
}

export type UsedByBusiness = Readonly<Record<SourceType, Used>>;

export const NOTHING_USED: Used = { consumed: 0, refunded: 0, count: 0, duration: 0 };

export const plus = (a: Used, b: Used): Used => ({
  consumed: a.consumed + b.consumed,
  refunded: a.refunded + b.refunded,
  count: a.count + b.count,
  duration: a.duration + b.duration,
});

export const sumOf = (all: readonly Used[]): Used => all.reduce(plus, NOTHING_USED);

/** Every business, used or not. */
export function byBusiness(items: readonly UsedOfDay[]): UsedByBusiness {
  const of = (business: SourceType): Used =>
    sumOf(items.filter(({ source_type }) => source_type === business));
  return {
    script: of('script'),
    polish: of('polish'),
    voice_clone: of('voice_clone'),
    tts: of('tts'),
    video: of('video'),
  };
}
