import { z } from 'zod';
import { printableName } from './field-error.js';
import { text } from './fields.js';

const ENTRIES_MAX = 8;
const NAME = /^[a-z][a-z0-9_]{0,31}$/;
const VALUE_MAX = 128;

const value = text(VALUE_MAX);

const RULE =
  `an object of at most ${ENTRIES_MAX} entries, whose names are 1 to 32 characters a-z, 0-9 and _, ` +
  `the first of them a letter, and whose values are text of 1 to ${VALUE_MAX} characters, ` +
  'none of them a control character';

type Metadata = Readonly<Record<string, string>>;

/**
 * What a sender keeps with its command. It is one field: an error names the first bad entry in its
 * reason. Every name is looked at, `__proto__` too, which a schema of records would leave out.
 */
export const metadata = z
  .unknown()
  .check(({ value: input, issues }) => {
    const fault = faultOf(input);
    if (fault !== null) issues.push({ code: 'custom', input, message: `must be ${RULE}${fault}` });
  })
  .meta({
    type: 'object',
    maxProperties: ENTRIES_MAX,
    propertyNames: { pattern: NAME.source },
    additionalProperties: z.toJSONSchema(value, { io: 'input' }),
  }) as z.ZodType<Metadata>;

function faultOf(input: unknown): string | null {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return '';
  const entries = Object.entries(input);
  if (entries.length > ENTRIES_MAX) return `: it has ${entries.length}`;
  const bad = entries.find(([name, text]) => !NAME.test(name) || !value.safeParse(text).success);
  return bad === undefined ? null : `: its entry ${printableName(bad[0])} is not`;
}
