import { z } from 'zod';
import { ID_MAX } from '#ledger';
import { mustBe } from './fields.js';
import { API_SOURCE_PREFIX, RESERVED_SOURCE_PREFIXES } from './protocol-names.js';

/**
 * The characters of a URI (RFC 3986). With them no two sources look alike or differ only in invisible
 * characters. Ids are derived from a source, so it is never normalised.
 */
const URI_CHARACTERS = "A-Za-z0-9\\-._~:/?#\\[\\]@!$&'()*+,;=%";
const SOURCE = new RegExp(`^[${URI_CHARACTERS}]{1,${ID_MAX}}$`);
/** Matches in any case, so that no reader mistakes a source for one of the ledger's own. */
const RESERVED_SOURCE = new RegExp(`^(?:${RESERVED_SOURCE_PREFIXES.join('|')})`, 'i');

const must = `1 to ${ID_MAX} characters of a URI: ASCII letters, digits and -._~:/?#[]@!$&'()*+,;=%`;

/** The `ce_source` of a command. Sources stored by earlier versions may have other characters. */
export const commandSource = z
  .string(mustBe(must))
  .regex(SOURCE, { error: `must be ${must}`, abort: true })
  .refine((source) => !RESERVED_SOURCE.test(source), {
    error: `must not begin with ${RESERVED_SOURCE_PREFIXES.join(', ')}, in any case of letters: those are the ledger's own`,
  });

/** The longest subject of a token that fits into a source. */
export const SUBJECT_MAX = ID_MAX - API_SOURCE_PREFIX.length;

/** The source of commands that a subject sends over HTTP. null: the subject can't be part of a source. */
export function apiSourceOf(subject: string): string | null {
  const source = API_SOURCE_PREFIX + subject;
  return subject !== '' && SOURCE.test(source) ? source : null;
}
