/** Matches every source or subject that no other sender has. */
export const ANY_SOURCE = '*';

/** A pattern such as `/tts/*` may have its star after one of these characters. */
const BOUNDARY = /[/:]/;

/** `/tts/*` and `urn:tts:*` match every longer source that begins with what is before the star. */
export const patternPrefix = (entry: string): string | null =>
  entry.endsWith('/*') || entry.endsWith(':*') ? entry.slice(0, -1) : null;

/** The prefixes of all patterns that would match the source, the longest first. */
export function* candidatePrefixes(source: string): Iterable<string> {
  for (let end = source.length - 1; end > 0; end -= 1) {
    if (BOUNDARY.test(source.charAt(end - 1))) yield source.slice(0, end);
  }
}

/** Why an entry is not valid, or null. A star elsewhere is rejected because it would not be a wildcard. */
export function sourcePatternFault(entry: string): string | null {
  const star = entry.indexOf('*');
  if (star < 0 || entry === ANY_SOURCE) return null;
  if (star === entry.length - 1 && patternPrefix(entry) !== null) return null;
  return 'must have a * at most at its end, behind a / or a :, as in /tts/*';
}
