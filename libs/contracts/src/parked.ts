import { z } from 'zod';
import { mustBe, time } from './fields.js';

/**
 * Marks an account one of whose events could not be applied to the read tables. Responses about it
 * show its state before that event.
 */
export const parked = z.object(
  {
    since: time(),
    /** A constant code that can be searched for. */
    code: z.string(mustBe('text')),
  },
  mustBe('since when and why an account is parked'),
);

export type Parked = z.infer<typeof parked>;

/** Part of every response about one account; absent: the account is up to date. */
export const optionalParked = { parked: parked.optional() };
