import { ID_MAX } from '#ledger';
import { parseWith, type ParseResult } from './field-error.js';
import { text } from './fields.js';
import { HTTP_HEADERS } from './wire-names.js';

const key = text(ID_MAX);
/** What HTTP allows around a value. Any other space is part of the id: ids are never folded. */
const SPACE_AROUND = /^[ \t]+|[ \t]+$/g;
const QUOTED = /^"((?:[^"\\]|\\["\\])*)"$/;

/** Of the header `Idempotency-Key`: the command's id, taken bare or as a quoted string. */
export function parseIdempotencyKey(header: unknown): ParseResult<string> {
  const bare = typeof header === 'string' ? header.replaceAll(SPACE_AROUND, '') : header;
  const quoted = typeof bare === 'string' ? QUOTED.exec(bare)?.[1] : undefined;
  return parseWith(key, quoted?.replace(/\\(["\\])/g, '$1') ?? bare, HTTP_HEADERS.idempotencyKey);
}
