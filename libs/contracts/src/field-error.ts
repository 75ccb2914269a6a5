import type { z } from 'zod';

/** An invalid field. `reason` says what it must be, so that `${field} ${reason}` is a sentence. */
export interface FieldError {
  readonly field: string;
  readonly reason: string;
  /** The kind of error, where a page has texts of its own, and what those texts mention. */
  readonly code?: string | undefined;
  readonly details?: Readonly<Record<string, string | number>> | undefined;
}

export type ParseResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

/** The typed value, or an error for every invalid field. `inputName` names the input as a whole. */
export function parseWith<T>(
  schema: z.ZodType<T>,
  input: unknown,
  inputName = 'body',
): ParseResult<T> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return { ok: true, value: parsed.data };
  return { ok: false, errors: fieldErrorsOf(parsed.error, inputName) };
}

/**
 * Parses the parameters of a URL. A known parameter without a value counts as absent, and one that is
 * given twice is an error.
 */
export function parseQuery<T>(schema: QuerySchema<T>, query: unknown): ParseResult<T> {
  if (typeof query !== 'object' || query === null) return parseWith(schema, query, 'query');
  const given: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  const errors: FieldError[] = [];
  for (const [field, value] of Object.entries(query)) {
    const isKnown = Object.hasOwn(schema.shape, field);
    if (isKnown && Array.isArray(value)) errors.push({ field, reason: 'must be given once' });
    else if (!isKnown || value !== '') given[field] = value;
  }
  const parsed = parseWith(schema, given, 'query');
  if (errors.length === 0) return parsed;
  return { ok: false, errors: parsed.ok ? errors : [...errors, ...parsed.errors] };
}

/** The schema of an object, whose shape names the known parameters. */
export type QuerySchema<T> = z.ZodType<T> & { readonly shape: Readonly<Record<string, unknown>> };

export function formatFieldErrors(errors: readonly FieldError[]): string {
  return errors.map(({ field, reason }) => `${field} ${reason}`).join('; ');
}

/** One error per field, the first that was found. */
function fieldErrorsOf(error: z.ZodError, inputName: string): readonly FieldError[] {
  const reasons = new Map<string, string>();
  for (const issue of error.issues) {
    for (const [field, reason] of namedReasons(issue, inputName)) {
      if (!reasons.has(field)) reasons.set(field, reason);
    }
  }
  return [...reasons].map(([field, reason]) => ({ field, reason }));
}

type NamedReason = readonly [field: string, reason: string];

function namedReasons(issue: z.core.$ZodIssue, inputName: string): readonly NamedReason[] {
  const path = issue.path.map(String);
  if (issue.code !== 'unrecognized_keys') return [[path.join('.') || inputName, issue.message]];
  const named = issue.keys.slice(0, UNKNOWN_NAMED_MAX).map((key): NamedReason => {
    return [[...path, printableName(key)].join('.'), 'is unknown here: leave it out'];
  });
  const more = issue.keys.length - named.length;
  return more === 0
    ? named
    : [...named, [inputName, `has ${more} more fields that are unknown here`]];
}

// A sender can send any number of unknown names, of any length and with any characters.
const UNKNOWN_NAMED_MAX = 10;
const NAME_CHARS_MAX = 64;
const PLAIN_NAME = /^[\w.-]{1,64}$/;

/** Characters that are invisible or would break the line where a name is displayed. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

export function printableName(name: string): string {
  if (PLAIN_NAME.test(name)) return name;
  return JSON.stringify(name.slice(0, NAME_CHARS_MAX)).replaceAll(
    INVISIBLE,
    (unseen) => `\\u{${(unseen.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
