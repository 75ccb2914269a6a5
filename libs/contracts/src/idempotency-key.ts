import { ID_MAX } from '#ledger';
import { parseAs, type Parsed } from './fault.js';
import { text } from './fields.js';
import { HTTP_HEADERS } from './names.js';

const key = text(ID_MAX);
const QUOTED = /^"((?:[^"\\]|\\["\\])*)"$/;

/** Of the header `Idempotency-Key`: the command's id, taken bare or as a quoted string. */
export function parseIdempotencyKey(header: unknown): Parsed<string> {
  const quoted = typeof header === 'string' ? QUOTED.exec(header.trim())?.[1] : undefined;
  const bare = typeof header === 'string' ? header.trim() : header;
  return parseAs(key, quoted?.replace(/\\(["\\])/g, '$1') ?? bare, HTTP_HEADERS.idempotencyKey);
}
