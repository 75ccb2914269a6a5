import { z } from 'zod';

/** The error text of a field: what it must be, and whether it is missing. */
const mustBe = (must: string) => ({
  error: ({ input }: { readonly input?: unknown }): string =>
    input === undefined ? `is missing: it must be ${must}` : `must be ${must}`,
});

const wholeNumber = (min: number, max: number) => {
  const must = mustBe(`a whole number from ${min} to ${max}`);
  return z.int(must).min(min, must).max(max, must);
};

const NAME_CHARS_MAX = 63;
const CONSUMPTION_COLUMNS_MAX = 8;
const ADJUST_DAYS_MAX = 36_500;
const SETTLE_WITHIN_SECONDS_MIN = 3_600;
const SETTLE_WITHIN_SECONDS_MAX = 2_592_000;

const name = (what: string) => {
  const must = mustBe(`the name of ${what}, 1 to ${NAME_CHARS_MAX} characters`);
  return z.string(must).regex(new RegExp(`^[^\\p{Cc}"]{1,${NAME_CHARS_MAX}}$`, 'u'), must);
};
const column = (what: string) => name(`the column that has ${what}`);
const table = (what: string) => {
  const must = mustBe(`the name of ${what}, such as points or public.points`);
  return z.string(must).regex(/^[^\p{Cc}".]{1,63}(\.[^\p{Cc}".]{1,63})?$/u, must);
};
const columns = (what: string) => {
  const must = mustBe(
    `a list of 1 to ${CONSUMPTION_COLUMNS_MAX} names of columns that are ${what}`,
  );
  return z.array(name('a column'), must).min(1, must).max(CONSUMPTION_COLUMNS_MAX, must);
};
const word = <const T extends string>(words: readonly T[]) => {
  const quoted = words.map((one) => `"${one}"`).join(' or ');
  return z.enum(words, mustBe(`${quoted}, or left out`));
};
const object = <Shape extends z.ZodRawShape>(shape: Shape, what: string) =>
  z.strictObject(shape, mustBe(what));

const CODE = /^[a-z][a-z0-9_]{0,31}$/;
const business = z
  .string(mustBe('the code of a business, or "history"'))
  .regex(CODE, mustBe('the code of a business (a-z, 0-9 and _), or "history"'));

/** A zone that this machine knows, or an offset such as +08:00. */
const zone = z.string(mustBe('a time zone such as Asia/Shanghai')).refine(isZone, {
  error: 'must be a time zone such as Asia/Shanghai, UTC or +08:00',
});

function isZone(text: string): boolean {
  // Postgres reads other forms of an offset otherwise, and Node 20 reads none.
  if (/^[+-]/.test(text)) return /^[+-](0\d|1[0-5]):[0-5]\d$/.test(text);
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: text }) instanceof Intl.DateTimeFormat;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

export const TRANSACTION_TYPES = ['recharge', 'consume', 'expire', 'refund'] as const;

/** The mapping file as it is written. Nothing is filled in, so that a later default changes no digest. */
export const MAPPING_SCHEMA = object(
  {
    rows: object(
      { table: table('the table of transactions').optional() },
      'an object with "table"',
    ).optional(),
    batches: object(
      {
        table: table('the table of batches'),
        id: column('the id of a batch'),
        user: column('the user of a batch'),
        remaining: column('the points left of a batch'),
        expiresAt: column('the expiry of a batch'),
        points: column('what was credited with a batch').optional(),
        priority: column('the priority of a batch, 0 to 100').optional(),
        rechargeId: column('the id of the recharge').optional(),
        sourceId: column('the order of a batch').optional(),
        createdAt: column('when a batch was created').optional(),
      },
      'an object that names the table of batches and its columns',
    ).optional(),
    jobs: object(
      {
        table: table('the table of unfinished jobs'),
        user: column('the user of a job'),
        id: columns('the id of the consumption of a job'),
        settleBy: column('when a job is given up').optional(),
        settleWithinSeconds: wholeNumber(
          SETTLE_WITHIN_SECONDS_MIN,
          SETTLE_WITHIN_SECONDS_MAX,
        ).optional(),
      },
      'an object that names the table of unfinished jobs and its columns',
    )
      .refine(
        (jobs) => (jobs.settleBy === undefined) !== (jobs.settleWithinSeconds === undefined),
        {
          error: 'must name either "settleBy" (a column) or "settleWithinSeconds"',
        },
      )
      .optional(),
    consumption: columns('the id of a consumption').optional(),
    zone: zone.optional(),
    types: z
      .record(
        z.string(),
        z.enum(TRANSACTION_TYPES, mustBe(`one of ${TRANSACTION_TYPES.join(', ')}`)),
        mustBe('an object from types there to types here'),
      )
      .optional(),
    amounts: word(['balances']).optional(),
    negative: word(['zero']).optional(),
    businesses: z
      .record(z.string(), business, mustBe('an object from businesses there to codes here'))
      .optional(),
    sharedIds: word(['history', 'together']).optional(),
    refunds: word(['newest', 'history']).optional(),
    batchIds: word(['derive']).optional(),
    believe: word(['batches', 'balance']).optional(),
    adjustMax: wholeNumber(0, 2_147_483_647).optional(),
    adjustDays: z
      .union([wholeNumber(1, ADJUST_DAYS_MAX), z.null()], {
        error: `must be a whole number from 1 to ${ADJUST_DAYS_MAX}, or null: points for ever`,
      })
      .optional(),
    texts: word(['label']).optional(),
  },
  'a JSON object, the mapping',
).superRefine((mapping, context) => {
  const needs = (field: string, message: string): void =>
    context.addIssue({ code: 'custom', path: [field], message });
  if (mapping.believe !== undefined && mapping.adjustMax === undefined) {
    needs('adjustMax', 'is missing: it must be the most points by which "believe" may adjust');
  }
  if (mapping.believe === undefined && mapping.adjustMax !== undefined) {
    needs('believe', 'is missing: it must be "batches" or "balance" where "adjustMax" stands');
  }
  if (mapping.believe === 'balance' && mapping.adjustDays === undefined) {
    needs('adjustDays', 'is missing: it must say how long points live that are made up for');
  }
  if (mapping.believe !== 'balance' && mapping.adjustDays !== undefined) {
    needs('adjustDays', 'is of use only with "believe": "balance": leave it out');
  }
});

export type Mapping = z.output<typeof MAPPING_SCHEMA>;
export type BatchColumns = NonNullable<Mapping['batches']>;
export type JobColumns = NonNullable<Mapping['jobs']>;
