// Pieces of regular expressions, for texts that are stored.

/** Nothing out of its range; whether the month has such a day is asked elsewhere. */
export const TIME =
  '\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])T(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d\\.\\d{3}Z';
export const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
export const DIGEST = '[0-9a-f]{64}';

/** Within the quotes of JSON, with nothing in it that JSON would escape. */
export const UNESCAPED_TEXT = '[^"\\\\\\u0000-\\u001f]*';
