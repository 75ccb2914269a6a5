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

/** The same for the parameters of a URL: one that is there but empty says nothing. */
export function parseQuery<T>(schema: z.ZodType<T>, query: unknown): Parsed<T> {
  if (typeof query !== 'object' || query === null) return parseAs(schema, query, 'query');
  const said = Object.entries(query).filter(([, value]) => value !== '');
  return parseAs(schema, Object.fromEntries(said), 'query');
}

export function inWords(faults: readonly Fault[]): string {
  return faults.map(({ field, reason }) => `${field} ${reason}`).join('; ');
}

/** One fault a field, the first that was found. */
function faultsOf(error: z.ZodError, whole: string): readonly Fault[] {
  const reasons = new Map<string, string>();
  for (const { path, message } of error.issues) {
    const field = path.length === 0 ? whole : path.map(String).join('.');
    if (!reasons.has(field)) reasons.set(field, message);
  }
  return [...reasons].map(([field, reason]) => ({ field, reason }));
}
