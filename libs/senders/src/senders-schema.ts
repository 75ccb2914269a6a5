import { z } from 'zod';
import {
  COMMAND_POINTS_MAX,
  COMMAND_TYPES,
  apiSourceOf,
  businessCode,
  commandSource,
} from '#contracts';
import { KEY_ID } from '#identity';
import { ANY_SOURCE, sourcePatternFault } from './source-pattern.js';

const SENDERS_MAX = 1_000;
const ENTRIES_MAX = 1_000;
/** An old and a new key, so that keys can be rotated. */
const KEYS_MAX = 2;

const must = (what: string) => ({ error: `must be ${what}` });

/** A list without duplicates. Each duplicate is reported with its index. */
const listOf = <T extends z.ZodType<string>>(item: T, max: number) =>
  z
    .array(item, must('a list'))
    .max(max, must(`a list of at most ${max}`))
    .superRefine((items: readonly string[], context) => {
      for (const [index, one] of items.entries()) {
        if (items.indexOf(one) < index) {
          context.addIssue({ code: 'custom', path: [index], message: 'stands in this list twice' });
        }
      }
    });

const sourceEntry = z.string(must('text')).superRefine((entry, context) => {
  const fault = entry === ANY_SOURCE ? null : (sourcePatternFault(entry) ?? faultOfSource(entry));
  if (fault !== null) context.addIssue({ code: 'custom', message: fault });
});

function faultOfSource(entry: string): string | null {
  // A star matches at least one character.
  const read = commandSource.safeParse(entry.endsWith('*') ? `${entry.slice(0, -1)}x` : entry);
  return read.success ? null : (read.error.issues[0]?.message ?? 'must be a source');
}

const subjectEntry = z
  .string(must('text'))
  .refine((subject) => subject === ANY_SOURCE || apiSourceOf(subject) !== null, {
    error:
      'must have 1 to 124 characters of a URI: the source of its commands is "api:" and the subject',
  });

const wholeNumber = (max: number) => {
  const what = must(`a whole number from 1 to ${max.toLocaleString('en-US')}`);
  return z.int(what).min(1, what).max(max, what);
};

/** An unknown field is an error: a typo in the name of a limit must not mean no limit. */
const strict = <Shape extends z.ZodRawShape>(shape: Shape, what: string) =>
  z.strictObject(shape, must(what));

const key = strict(
  {
    id: z
      .string(must('text'))
      .regex(KEY_ID, must('1 to 64 letters, digits, dots, underscores or dashes')),
    secret_env: z
      .string(must('the name of an environment variable'))
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, must('the name of an environment variable')),
  },
  'an object with an id and a secret_env',
);

const sender = strict(
  {
    name: z
      .string(must('text'))
      .regex(
        /^[a-z0-9][a-z0-9_-]{0,63}$/,
        must('1 to 64 lower-case letters, digits, underscores or dashes'),
      ),
    sources: listOf(sourceEntry, ENTRIES_MAX).default([]),
    subjects: listOf(subjectEntry, ENTRIES_MAX).default([]),
    types: listOf(
      z.enum(COMMAND_TYPES, must(`one of ${COMMAND_TYPES.join(', ')}`)),
      COMMAND_TYPES.length,
    ).min(1, 'must name at least one type'),
    // Which businesses there are is for the settings to say, and they may be published later.
    source_types: listOf(businessCode, ENTRIES_MAX).optional(),
    points_max: wholeNumber(COMMAND_POINTS_MAX).optional(),
    points_per_day_max: wholeNumber(Number.MAX_SAFE_INTEGER).optional(),
    keys: z
      .array(key, must('a list of keys'))
      .max(KEYS_MAX, must('a list of at most two keys'))
      .default([]),
    unsigned: z.boolean(must('true or false')).default(false),
  },
  'an object: a sender',
);

export const sendersFile = strict(
  {
    senders: z
      .array(sender, must('a list of senders'))
      .max(SENDERS_MAX, must(`a list of at most ${SENDERS_MAX}`)),
  },
  'a JSON object with a list of senders',
);

/** A sender as written in the file. */
export type WrittenSender = z.output<typeof sender>;
