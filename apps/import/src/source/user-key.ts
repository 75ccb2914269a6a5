const NOT_ASCII = /[^\0-\x7f]/;
const HEX = /^[0-9a-f]{32}$/;

/**
 * What spellings of one user have in common: the same as the tables are sorted by. Of a UUID it is its 32
 * digits.
 */
export const userKey = (spelled: string | null): string =>
  (spelled ?? '').toLowerCase().replaceAll(/[{}-]/g, '');

/** As the bytes of UTF-8, which is how `collate "C"` sorts. */
export function compareKeys(one: string, other: string): number {
  if (NOT_ASCII.test(one) || NOT_ASCII.test(other)) {
    return Buffer.compare(Buffer.from(one), Buffer.from(other));
  }
  return one === other ? 0 : one < other ? -1 : 1;
}

/** The user's id as the ledger writes it; null: the key is not that of a UUID. */
export const userIdOfKey = (key: string): string | null =>
  HEX.test(key)
    ? [key.slice(0, 8), key.slice(8, 12), key.slice(12, 16), key.slice(16, 20), key.slice(20)].join(
        '-',
      )
    : null;

/** However a table may spell it, as an index on its column can find it. All of them are the same UUID. */
export function spellingsOf(userId: string): string[] {
  const digits = userId.replaceAll('-', '');
  const lower = [userId, digits, `{${userId}}`, `{${digits}}`];
  return [...lower, ...lower.map((spelled) => spelled.toUpperCase())];
}
