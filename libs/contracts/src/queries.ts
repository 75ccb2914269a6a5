import { z } from 'zod';
import { oneOf, mustBe, revision, sourceType, time, token } from './fields.js';
import { rowId, rowRef, TRANSACTION_TYPES } from './transactions.js';

// What a URL may ask. Everything in a URL is text; past these schemas it is not.
export const PAGE_DEFAULT = 20;
export const PAGE_MAX = 100;
export const TIME_ZONE_DEFAULT = 'Asia/Shanghai';

/** A whole number in digits, and nothing else: no sign, no space, no exponent. */
const numericParam = <T extends z.ZodType<number, number>>(number: T, must: string) =>
  z
    .string(mustBe(must))
    .regex(/^\d{1,16}$/, `must be ${must}`)
    .transform(Number)
    .pipe(number);

const limit = numericParam(
  z.int().min(1, `must be 1 or more`).max(PAGE_MAX, `must be ${PAGE_MAX} or less`),
  `a whole number from 1 to ${PAGE_MAX}`,
).default(PAGE_DEFAULT);

/** Any read waits until the tables have come that far. */
const minPositionParam = { min_position: token.optional() };

/** That alone, whatever else is asked. */
export const positionQuery = z.object(minPositionParam);

const span = {
  /** Inclusive. */
  from: time().optional(),
  /** Exclusive. */
  to: time().optional(),
};

const filters = {
  type: oneOf(TRANSACTION_TYPES).optional(),
  source_type: sourceType.optional(),
  ...span,
};

const params = mustBe('the parameters of a URL');

export const transactionsQuery = z.strictObject(
  { ...filters, limit, cursor: token.optional(), ...minPositionParam },
  params,
);
export const exportQuery = z.strictObject({ ...filters, ...minPositionParam }, params);
export const balanceQuery = z.strictObject({ at: time().optional(), ...minPositionParam }, params);
export const batchesQuery = z.strictObject(minPositionParam, params);
export const usageQuery = z.strictObject(
  {
    ...span,
    group_by: oneOf(['day', 'source_type', 'day,source_type']).default('day'),
    /** Whose days are meant. */
    tz: z
      .string(mustBe('an IANA time zone'))
      .refine(isTimeZone, `must be an IANA time zone, such as ${TIME_ZONE_DEFAULT}`)
      .default(TIME_ZONE_DEFAULT),
    ...minPositionParam,
  },
  params,
);
export const eventsQuery = z.strictObject(
  { after: numericParam(revision, 'a revision, 0 or more').optional(), limit, ...minPositionParam },
  params,
);
export const stateQuery = z.strictObject(
  { revision: numericParam(revision, 'a revision, 0 or more').optional(), ...minPositionParam },
  params,
);
export const storyQuery = z.strictObject(minPositionParam, params);
export const streamQuery = z.strictObject(minPositionParam, params);
/** A command says everything in its body. */
export const commandQuery = z.strictObject({}, params);
/** Which row: by its id, as long as it has it, or for ever by its row_ref. */
export const rowParam = z.union([numericParam(rowId, 'the id of a row'), rowRef], {
  error: 'must be the id or the row_ref of a row',
});
/** Of the header `Last-Event-ID`; 0 is before every row. */
export const lastEventId = z
  .string()
  .regex(/^\d{1,16}(\.\d{1,15}\.\d{1,9})?$/, { error: 'must be the id of an event, or 0' })
  .refine((text) => Number(text.split('.')[0]) <= Number.MAX_SAFE_INTEGER, {
    error: 'must be the id of an event, or 0',
  });

export type TransactionsQuery = z.infer<typeof transactionsQuery>;
export type ExportQuery = z.infer<typeof exportQuery>;
export type BalanceQuery = z.infer<typeof balanceQuery>;
export type UsageQuery = z.infer<typeof usageQuery>;
export type EventsQuery = z.infer<typeof eventsQuery>;
export type StateQuery = z.infer<typeof stateQuery>;

function isTimeZone(name: string): boolean {
  // An offset is no zone, and Postgres would read its sign the other way round.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
