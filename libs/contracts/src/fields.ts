import { z } from 'zod';
import { BALANCE_MAX, ID_MAX, SOURCE_ID_MAX, SOURCE_TYPES } from '#ledger';
import { normalizeTime } from './time.js';

// The kinds of value that cross a process boundary. Each has one error text, which says what is valid.

/** The error text of a field: what it must be, and whether it is missing. */
export const mustBe = (must: string) => ({
  error: ({ input }: { readonly input?: unknown }): string =>
    input === undefined ? `is missing: it must be ${must}` : `must be ${must}`,
});

/** The error text of the data of a command as a whole. */
export const commandObject = mustBe('a JSON object with the fields of the command');

/** When fields are compared: even if others are invalid, so that all errors are reported at once. */
export const isObjectPayload = ({ value }: { readonly value: unknown }): boolean =>
  typeof value === 'object' && value !== null;

const formatNumber = (value: number): string => value.toLocaleString('en-US');

/** Adding 0 turns -0 into 0, because both are the same amount. */
const withoutMinusZero = (value: number): number => value + 0;

export const wholeNumber = (min: number, max: number) => {
  const must = mustBe(`a whole number from ${formatNumber(min)} to ${formatNumber(max)}`);
  return z.int(must).min(min, must).max(max, must).overwrite(withoutMinusZero);
};

const numberFromZero = (kind: string, max: number) => {
  const must = mustBe(`a ${kind} from 0 to ${formatNumber(max)}`);
  return z.number(must).min(0, must).max(max, must).overwrite(withoutMinusZero);
};

export const seconds = (max: number) => numberFromZero('number of seconds', max);

/** How many units of a business: whole ones or not. */
export const units = (max: number) => numberFromZero('number', max);

/** Counts characters as Unicode code points. Control characters and lone surrogates are invalid. */
export const text = (max: number) => {
  const must = mustBe(`text of 1 to ${max} characters, none of them a control character`);
  return z
    .string(must)
    .regex(new RegExp(`^[^\\p{Cc}\\p{Cs}]{1,${max}}$`, 'u'), must)
    .meta({ pattern: NO_CONTROLS, minLength: 1, maxLength: max });
};

/**
 * The pattern for the OpenAPI document: many readers of JSON Schema don't know Unicode classes. Its
 * lengths count code points too.
 */
const NO_CONTROLS = '^[^\\u0000-\\u001f\\u007f-\\u009f]*$';

export const oneOf = <const T extends string>(words: readonly T[]) =>
  z.enum(words, mustBe(`one of ${words.join(', ')}`));

export const balance = wholeNumber(0, BALANCE_MAX);
export const revision = wholeNumber(0, Number.MAX_SAFE_INTEGER);
/** What a consumption or a recharge began with; negative: it was there when its account was opened. */
export const beginning = wholeNumber(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
export const batchId = wholeNumber(1, Number.MAX_SAFE_INTEGER);
export const consumptionId = text(ID_MAX);
export const sourceId = text(SOURCE_ID_MAX);
export const flag = z.boolean(mustBe('true or false'));
export const sourceType = oneOf(SOURCE_TYPES);
export const rechargeId = text(ID_MAX);

const CODE = '[a-z][a-z0-9_]{0,31}';

/** The code of a business, which may be unknown: the settings in force say which there are. */
export const businessCode = z
  .string(
    mustBe('the code of a business: 1 to 32 characters a-z, 0-9 and _, the first of them a letter'),
  )
  .regex(
    new RegExp(`^${CODE}$`),
    mustBe('the code of a business: 1 to 32 characters a-z, 0-9 and _, the first of them a letter'),
  );

/** A UUID of any version and in any case, converted to lower case. */
export const userId = z.guid(mustBe('a UUID')).toLowerCase();

/** An opaque token that the ledger issued. */
export const token = z.string(mustBe('text')).min(1, 'must not be empty');

/** Converted to UTC and cut to milliseconds. */
export const time = (must = 'an RFC 3339 time with an offset, such as 2030-01-31T00:00:00Z') => {
  const why = mustBe(must);
  return z
    .string(why)
    .check((context) => {
      const { value: input } = context;
      const instant = normalizeTime(input);
      if (instant !== null) context.value = instant;
      else context.issues.push({ code: 'custom', input, message: why.error({ input }) });
    })
    .meta({ format: 'date-time' });
};
