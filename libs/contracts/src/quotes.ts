import { z } from 'zod';
import { COMMAND_POINTS_MAX, DURATION_SECONDS_MAX, QUANTITY_MAX } from '#ledger';
import {
  balance,
  businessCode,
  flag,
  mustBe,
  seconds,
  units,
  userId,
  wholeNumber,
} from './fields.js';
import { optionalParked } from './parked.js';
import { price } from './settings.js';

/** What would this cost? A field that may be absent may also be null. */
export const quoteRequest = z.strictObject(
  {
    source_type: businessCode,
    quantity: units(QUANTITY_MAX).nullish(),
    duration: seconds(DURATION_SECONDS_MAX).nullish(),
    /** Whether this user could pay it. */
    user_id: userId.nullish(),
  },
  mustBe('a JSON object with the fields of a quote'),
);

/** Promises nothing: another price may be in force when the consumption comes. */
export const quoteAnswer = z.object(
  {
    points: wholeNumber(1, COMMAND_POINTS_MAX),
    price: z.object({ unit: z.string(), ...price.shape }),
    /** The version of the settings that the price stands in. */
    settings: z.int(),
    /** null: no user was named. */
    affordable: flag.nullable(),
    /** As recorded; null: no user was named. */
    balance: balance.nullable(),
    ...optionalParked,
  },
  mustBe('a quote'),
);

export type QuoteAnswer = z.infer<typeof quoteAnswer>;
