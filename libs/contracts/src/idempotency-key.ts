import { ID_MAX } from '#ledger';
import { parseWith, type ParseResult } from './field-error.js';
import { text } from './fields.js';
import { HTTP_HEADERS } from './protocol-names.js';

const key = text(ID_MAX);
/** HTTP allows spaces and tabs around a value. Any other space belongs to the id. */
const SPACE_AROUND = /^[ \t]+|[ \t]+$/g;
const QUOTED = /^"((?:[^"\\]|\\["\\])*)"$/;

/** The command's id from the header `Idempotency-Key`, bare or as a quoted string. */
export function parseIdempotencyKey(header: unknown): ParseResult<string> {
  const bare = typeof header === 'string' ? header.replaceAll(SPACE_AROUND, '') : header;
  const quoted = typeof bare === 'string' ? QUOTED.exec(bare)?.[1] : undefined;
  return parseWith(key, quoted?.replace(/\\(["\\])/g, '$1') ?? bare, HTTP_HEADERS.idempotencyKey);
}
