// Parts of regular expressions for stored texts.

/** Every part is within its range. Whether the month has such a day is checked elsewhere. */
export const TIME =
  '\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])T(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d\\.\\d{3}Z';
export const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
export const DIGEST = '[0-9a-f]{64}';

/** The code of a business, and its unit. */
export const WORD = '[a-z][a-z0-9_]{0,31}';
/** A decimal of a price. */
export const DECIMAL = '(?:0|[1-9]\\d{0,8})(?:\\.\\d{1,6})?';

/** The inside of a JSON string without any character that JSON escapes. */
export const UNESCAPED_TEXT = '[^"\\\\\\u0000-\\u001f]*';
