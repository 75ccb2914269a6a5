import { z } from 'zod';
import { mustBe, wholeNumber } from './fields.js';
import { commandOutcome } from './outcome.js';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

const words = z.string(mustBe('text'));

/** RFC 9457. `errors` names every invalid field, `outcome` is the answer to a refused command. */
export const problem = z.object(
  {
    type: words,
    title: words,
    status: wholeNumber(400, 599),
    detail: words.optional(),
    instance: words.optional(),
    code: words.optional(),
    errors: z
      .array(
        z.object({
          field: words,
          reason: words,
          code: words.optional(),
          details: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
        }),
      )
      .optional(),
    outcome: commandOutcome.optional(),
  },
  mustBe('a problem of RFC 9457'),
);

export type Problem = z.infer<typeof problem>;
