import { z } from 'zod';
import { ID_MAX } from '#ledger';
import { mustBe } from './fields.js';
import { API_SOURCE_PREFIX, RESERVED_SOURCE_PREFIXES } from './wire-names.js';

/**
 * The characters of a URI (RFC 3986), and no other: two sources that look alike, or differ by what
 * nobody sees, can't both be written with them. Ids derive from a source, so it is never folded.
 */
const URI_CHARACTERS = "A-Za-z0-9\\-._~:/?#\\[\\]@!$&'()*+,;=%";
const SOURCE = new RegExp(`^[${URI_CHARACTERS}]{1,${ID_MAX}}$`);
/** In any case of letters, so that nobody who reads a source takes it for one of the ledger's own. */
const RESERVED_SOURCE = new RegExp(`^(?:${RESERVED_SOURCE_PREFIXES.join('|')})`, 'i');

const must = `1 to ${ID_MAX} characters of a URI: ASCII letters, digits and -._~:/?#[]@!$&'()*+,;=%`;

/** `ce_source` of a command. Sources that are stored already may have other characters. */
export const commandSource = z
  .string(mustBe(must))
  .regex(SOURCE, { error: `must be ${must}`, abort: true })
  .refine((source) => !RESERVED_SOURCE.test(source), {
    error: `must not begin with ${RESERVED_SOURCE_PREFIXES.join(', ')}, in any case of letters: those are the ledger's own`,
  });

/** Longest subject of a token whose commands can have a source. */
export const SUBJECT_MAX = ID_MAX - API_SOURCE_PREFIX.length;

/** The source of what a subject sends over HTTP. null: it has characters that no source has. */
export function apiSourceOf(subject: string): string | null {
  const source = API_SOURCE_PREFIX + subject;
  return subject !== '' && SOURCE.test(source) ? source : null;
}
