import { z } from 'zod';
import { mustBe, sourceType, wholeNumber } from './fields.js';
import { optionalParked } from './parked.js';

const points = wholeNumber(0, Number.MAX_SAFE_INTEGER);

const usageFields = {
  consumed: points,
  refunded: points,
  /** Of consumptions. */
  count: points,
  /** Seconds. */
  duration: z.number(mustBe('a number of seconds')),
};

/** A day as a calendar writes it, in the zone that was asked for. */
export const day = z.iso.date(mustBe('a day, such as 2030-01-31'));

export const usageByDay = z.object({
  items: z.array(z.object({ day, ...usageFields })),
  ...optionalParked,
});

export const usageBySourceType = z.object({
  items: z.array(z.object({ source_type: sourceType, ...usageFields })),
  ...optionalParked,
});

export const usageByDayAndSourceType = z.object({
  items: z.array(z.object({ day, source_type: sourceType, ...usageFields })),
  ...optionalParked,
});

/** The closest first: what a schema does not know, it drops. */
export const usage = z.union(
  [usageByDayAndSourceType, usageByDay, usageBySourceType],
  mustBe('the usage of an account'),
);

export type UsageByDay = z.infer<typeof usageByDay>;
export type UsageBySourceType = z.infer<typeof usageBySourceType>;
export type UsageByDayAndSourceType = z.infer<typeof usageByDayAndSourceType>;
export type Usage = z.infer<typeof usage>;
