import { z } from 'zod';
import { mustBe, text, wholeNumber } from './fields.js';
import { optionalParked } from './parked.js';

const points = wholeNumber(0, Number.MAX_SAFE_INTEGER);

const usageFields = {
  consumed: points,
  refunded: points,
  /** The number of consumptions. */
  count: points,
  /** Seconds. */
  duration: z.number(mustBe('a number of seconds')),
};

/** A calendar day in the requested time zone. */
const day = z.iso.date(mustBe('a day, such as 2030-01-31'));

export const usageByDay = z.object({
  items: z.array(z.object({ day, ...usageFields })),
  ...optionalParked,
});

export const usageBySourceType = z.object({
  items: z.array(z.object({ source_type: text(32), ...usageFields })),
  ...optionalParked,
});

export const usageByDayAndSourceType = z.object({
  items: z.array(z.object({ day, source_type: text(32), ...usageFields })),
  ...optionalParked,
});

/** The most specific schema comes first, because a schema drops the fields it does not know. */
export const usage = z.union(
  [usageByDayAndSourceType, usageByDay, usageBySourceType],
  mustBe('the usage of an account'),
);

export type UsageByDayAndSourceType = z.infer<typeof usageByDayAndSourceType>;
export type Usage = z.infer<typeof usage>;
