/** The id of a legacy row or batch: the decimal text of a bigint. */
export const LEGACY_ID = '(?:0|-?[1-9]\\d{0,18})';

/** Compares ids as numbers: many are beyond what a double can tell apart. */
export function compareLegacyIds(a: string, b: string): number {
  const [one, other] = [isNegative(a), isNegative(b)];
  if (one !== other) return one ? -1 : 1;
  const comparison = a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
  return one ? -comparison : comparison;
}

const isNegative = (id: string): boolean => id.startsWith('-');

export const greatestId = (a: string | null, b: string | null): string | null =>
  a === null || (b !== null && compareLegacyIds(b, a) > 0) ? b : a;

/** The first id that does not rise; undefined: all do. */
export function unorderedId(ids: readonly string[]): string | undefined {
  return ids.find((id, index) => index > 0 && compareLegacyIds(ids[index - 1] ?? '', id) >= 0);
}
