import type { IncomingMessage } from 'node:http';
import type { ParseResult } from '#contracts';

/** A byte order mark is a character as any other: an id with it is another than one without. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * A header that may stand there once. Node reads headers as Latin-1; what is in ours is UTF-8, as it
 * is everywhere else. undefined: it is not there.
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

/** Names and values by turns. */
const valuesOf = (rawHeaders: readonly string[], name: string): readonly string[] =>
  rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === name);

const headerError = (field: string, reason: string): ParseResult<never> => ({
  ok: false,
  errors: [{ field, reason }],
});
