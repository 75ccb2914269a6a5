const INSTANT = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/i;

/** As events write it: ISO-8601 UTC with milliseconds; null: it is no time. */
export function parseInstant(text: string): string | null {
  if (!INSTANT.test(text)) return null;
  const ms = Date.parse(text.toUpperCase());
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}
