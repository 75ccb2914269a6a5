import { ID_MAX, SOURCE_ID_MAX } from '#ledger';

export const DESCRIPTION_CHARS_MAX = 2_000;
export const SOURCE_TYPE_CHARS_MAX = 32;

/** The first characters of a text, counted as Unicode code points. */
export const cut = (text: string, charsMax: number): string =>
  text.length <= charsMax ? text : [...text].slice(0, charsMax).join('');

const CONTROL = /[\p{Cc}\p{Cs}]/u;

export const hasControls = (text: string): boolean => CONTROL.test(text);

const isUsable = (text: string | null, charsMax: number): text is string =>
  text !== null && text !== '' && cut(text, charsMax) === text && !hasControls(text);

/** As an id of a consumption or recharge; null: no command could name it. */
export const usableId = (text: string | null): string | null =>
  isUsable(text, ID_MAX) ? text : null;

export const usableSourceId = (text: string | null): string | null =>
  isUsable(text, SOURCE_ID_MAX) ? text : null;

/** The id of a consumption from its columns; null: one of them is missing. */
export function joinedId(parts: readonly (string | null)[]): string | null {
  if (parts.length === 1) return usableId(parts[0] ?? null);
  return parts.includes(null) ? null : usableId(parts.join(':'));
}
