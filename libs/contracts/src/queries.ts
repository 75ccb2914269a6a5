import { z } from 'zod';
import { ID_MAX } from '#ledger';
import {
  businessCode,
  mustBe,
  oneOf,
  revision,
  sourceId,
  text,
  time,
  token,
  userId,
} from './fields.js';
import { rowId, rowRef, TRANSACTION_TYPES } from './transactions.js';

// The parameters of a URL. In a URL everything is text; these schemas turn it into typed values.
const PAGE_DEFAULT = 20;
const PAGE_MAX = 100;
const TIME_ZONE_DEFAULT = 'Asia/Shanghai';

/** A whole number in digits, without sign, space or exponent. */
const numericParam = <T extends z.ZodType<number, number>>(number: T, must: string) =>
  z
    .string(mustBe(must))
    .regex(/^\d{1,16}$/, `must be ${must}`)
    .transform(Number)
    .pipe(number);

const versionNumber = z.int().min(1, 'must be 1 or more');

const limit = numericParam(
  z.int().min(1, `must be 1 or more`).max(PAGE_MAX, `must be ${PAGE_MAX} or less`),
  `a whole number from 1 to ${PAGE_MAX}`,
).default(PAGE_DEFAULT);

/** Every read can wait until the tables have reached a position. */
const minPositionParam = { min_position: token.optional() };

/** This parameter alone, whatever else the URL contains. */
export const positionQuery = z.object(minPositionParam);

const span = {
  /** Inclusive. */
  from: time().optional(),
  /** Exclusive. */
  to: time().optional(),
};

const filters = {
  type: oneOf(TRANSACTION_TYPES).optional(),
  source_type: businessCode.optional(),
  /** A task or an order. */
  source_id: sourceId.optional(),
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
    /** The time zone whose days are meant. */
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
export const settingsQuery = z.strictObject(
  { before: numericParam(versionNumber, 'a version, 1 or more').optional(), limit },
  params,
);
export const settingsParams = z.object({
  version: numericParam(versionNumber, 'a version, 1 or more'),
});
export const storyQuery = z.strictObject(minPositionParam, params);
export const streamQuery = z.strictObject(minPositionParam, params);
/** Which command: its user, and the source and the id that its sender gave it. */
export const outcomeQuery = z.strictObject(
  { user_id: userId, command_source: text(ID_MAX), command_id: text(ID_MAX) },
  params,
);
/** A command has no URL parameters: all its fields are in the body. */
export const commandQuery = z.strictObject({}, params);
/** Which row: by its id, as long as it has it, or for ever by its row_ref. */
export const rowParam = z.union([numericParam(rowId, 'the id of a row'), rowRef], {
  error: 'must be the id or the row_ref of a row',
});
/** The header `Last-Event-ID`; 0 stands for the time before the first row. */
export const lastEventId = z
  .string()
  .regex(/^\d{1,16}(\.\d{1,15}\.\d{1,9})?$/, { error: 'must be the id of an event, or 0' })
  .refine((text) => Number(text.split('.')[0]) <= Number.MAX_SAFE_INTEGER, {
    error: 'must be the id of an event, or 0',
  });

export type TransactionsQuery = z.infer<typeof transactionsQuery>;
export type ExportQuery = z.infer<typeof exportQuery>;
export type StateQuery = z.infer<typeof stateQuery>;
export type SettingsQuery = z.infer<typeof settingsQuery>;
export type EventsQuery = z.infer<typeof eventsQuery>;
export type UsageQuery = z.infer<typeof usageQuery>;
export type OutcomeQuery = z.infer<typeof outcomeQuery>;
export type BalanceQuery = z.infer<typeof balanceQuery>;

function isTimeZone(name: string): boolean {
  // An offset is not a zone, and Postgres would read its sign the other way round.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
