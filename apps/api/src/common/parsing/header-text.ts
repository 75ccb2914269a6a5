import type { IncomingMessage } from 'node:http';
import type { ParseResult } from '#contracts';

/** A byte order mark is kept: an id that starts with one differs from the id without it. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads a header that may be sent once, or returns undefined when it is absent. Node decodes headers
 * as Latin-1, and this API defines them as UTF-8.
 */
export function readSingleHeader(
  { rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>,
  name: string,
): ParseResult<string | undefined> {
  const [value, ...more] = valuesOf(rawHeaders, name.toLowerCase());
  if (value === undefined) return { ok: true, value: undefined };
  if (more.length > 0) return headerError(name, 'must be sent once');
  try {
    return { ok: true, value: utf8.decode(Buffer.from(value, 'latin1')) };
  } catch {
    return headerError(name, 'must be UTF-8 text');
  }
}

/** Raw headers are a list in which names and values alternate. */
const valuesOf = (rawHeaders: readonly string[], name: string): readonly string[] =>
  rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === name);

const headerError = (field: string, reason: string): ParseResult<never> => ({
  ok: false,
  errors: [{ field, reason }],
});
