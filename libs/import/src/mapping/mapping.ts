import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { duplicateFieldError, parseWith, type ParseResult } from '#contracts';
import { MAPPING_SCHEMA, type Mapping } from './mapping-schema.js';

const TRANSACTIONS_TABLE = 'mjk_point_transactions';

/** A column of the rows that is the id of a consumption where the mapping names no others. */
const CONSUMPTION_COLUMNS: readonly string[] = ['source_id'];

/** What importing does when nobody decided anything. */
export const EMPTY_MAPPING: Mapping = {};

/** The mapping in a file, or every error in it. */
export function parseMapping(text: string): ParseResult<Mapping> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { ok: false, errors: [{ field: 'the mapping', reason: 'must be JSON' }] };
  }
  const repeated = duplicateFieldError(text);
  if (repeated !== null) return { ok: false, errors: [repeated] };
  return parseWith(MAPPING_SCHEMA, json, 'the mapping');
}

/**
 * Identifies a mapping whatever the order and the white space of its file: SHA-256, in lower-case hex,
 * over its canonical JSON (RFC 8785) as it is written, with no default filled in.
 */
export const mapDigest = (mapping: Mapping): string =>
  // canonicalize() returns undefined only for a value that has no JSON.
  hash('sha256', canonicalize(mapping) ?? '', 'hex');

export const rowsTable = ({ rows }: Mapping): string => rows?.table ?? TRANSACTIONS_TABLE;

export const consumptionColumns = ({ consumption }: Mapping): readonly string[] =>
  consumption ?? CONSUMPTION_COLUMNS;
