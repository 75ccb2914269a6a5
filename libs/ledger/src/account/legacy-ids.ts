/** The id of a legacy row or batch: the decimal text of a bigint. */
export const LEGACY_ID = '(?:0|-?[1-9]\\d{0,18})';

/** Compares ids as numbers: many are beyond what a double can tell apart. */
export function compareLegacyIds(a: string, b: string): number {
  const isBelow = isNegative(a);
  if (isBelow !== isNegative(b)) return isBelow ? -1 : 1;
  // Of two negative ones the longer one is less.
  const [one, other] = isBelow ? [b, a] : [a, b];
  return one.length - other.length || (one < other ? -1 : one > other ? 1 : 0);
}

const isNegative = (id: string): boolean => id.startsWith('-');

export const greatestId = (a: string | null, b: string | null): string | null =>
  a === null || (b !== null && compareLegacyIds(b, a) > 0) ? b : a;

/** The first id that does not rise; undefined: all do. */
export function unorderedId(ids: readonly string[]): string | undefined {
  return ids.find((id, index) => index > 0 && compareLegacyIds(ids[index - 1] ?? '', id) >= 0);
}
