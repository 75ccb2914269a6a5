import { z } from 'zod';
import { mustBe, time } from './fields.js';

/**
 * Beside what an account has, where one of its events could not be carried into the read tables:
 * what is answered stands as of before that event.
 */
export const parked = z.object(
  {
    since: time(),
    /** Constant, searchable. */
    code: z.string(mustBe('text')),
  },
  mustBe('since when and why an account is parked'),
);

export type Parked = z.infer<typeof parked>;

/** Of every answer about one account; absent: it goes on like everybody's. */
export const optionalParked = { parked: parked.optional() };
