import type { z } from 'zod';

/** One field that is not as it must be. `reason` says how it must be: `${field} ${reason}` is a sentence. */
export interface Fault {
  readonly field: string;
  readonly reason: string;
}

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** A typed value, or every bad field by name. `whole` is the name of the input itself. */
export function parseAs<T>(schema: z.ZodType<T>, input: unknown, whole = 'body'): Parsed<T> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return { ok: true, value: parsed.data };
  return { ok: false, faults: faultsOf(parsed.error, whole) };
}

/**
 * The same for the parameters of a URL: one that is known and there but empty says nothing, and one
 * that is there twice says two things.
 */
export function parseQuery<T>(schema: QuerySchema<T>, query: unknown): Parsed<T> {
  if (typeof query !== 'object' || query === null) return parseAs(schema, query, 'query');
  const said: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  const faults: Fault[] = [];
  for (const [field, value] of Object.entries(query)) {
    const isKnown = Object.hasOwn(schema.shape, field);
    if (isKnown && Array.isArray(value)) faults.push({ field, reason: 'must be given once' });
    else if (!isKnown || value !== '') said[field] = value;
  }
  const parsed = parseAs(schema, said, 'query');
  if (faults.length === 0) return parsed;
  return { ok: false, faults: parsed.ok ? faults : [...faults, ...parsed.faults] };
}

/** Of an object, so that its parameters are known by name. */
export type QuerySchema<T> = z.ZodType<T> & { readonly shape: Readonly<Record<string, unknown>> };

export function inWords(faults: readonly Fault[]): string {
  return faults.map(({ field, reason }) => `${field} ${reason}`).join('; ');
}

/** One fault a field, the first that was found. */
function faultsOf(error: z.ZodError, whole: string): readonly Fault[] {
  const reasons = new Map<string, string>();
  for (const issue of error.issues) {
    for (const [field, reason] of namedIn(issue, whole)) {
      if (!reasons.has(field)) reasons.set(field, reason);
    }
  }
  return [...reasons].map(([field, reason]) => ({ field, reason }));
}

type Named = readonly [field: string, reason: string];

function namedIn(issue: z.core.$ZodIssue, whole: string): readonly Named[] {
  const path = issue.path.map(String);
  if (issue.code !== 'unrecognized_keys') return [[path.join('.') || whole, issue.message]];
  const named = issue.keys.slice(0, UNKNOWN_NAMED_MAX).map((key): Named => {
    return [[...path, shownName(key)].join('.'), 'is unknown here: leave it out'];
  });
  const more = issue.keys.length - named.length;
  return more === 0 ? named : [...named, [whole, `has ${more} more fields that are unknown here`]];
}

/** A sender may make up any number of names, of any length and characters. */
const UNKNOWN_NAMED_MAX = 10;
const NAME_CHARS_MAX = 64;
const PLAIN_NAME = /^[\w.-]{1,64}$/;

/** What would not be seen, or not stay in its line, where a name is shown. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

export function shownName(name: string): string {
  if (PLAIN_NAME.test(name)) return name;
  return JSON.stringify(name.slice(0, NAME_CHARS_MAX)).replaceAll(
    UNSEEN,
    (unseen) => `\\u{${(unseen.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
