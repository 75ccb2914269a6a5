/** Everything that no other sender has. */
export const ANY_SOURCE = '*';

/** Where a source may end for an entry such as `/tts/*` to begin there. */
const BOUNDARY = /[/:]/;

/** `/tts/*` and `urn:tts:*` stand for all that begins with what is before the star, and goes on. */
export const patternPrefix = (entry: string): string | null =>
  entry.endsWith('/*') || entry.endsWith(':*') ? entry.slice(0, -1) : null;

/** What could stand before the star of an entry that covers the source: the longest first. */
export function* candidatePrefixes(source: string): Iterable<string> {
  for (let end = source.length - 1; end > 0; end -= 1) {
    if (BOUNDARY.test(source.charAt(end - 1))) yield source.slice(0, end);
  }
}

/** Why an entry is none; null: it is one. A star elsewhere would look as if it stood for something. */
export function sourcePatternFault(entry: string): string | null {
  const star = entry.indexOf('*');
  if (star < 0 || entry === ANY_SOURCE) return null;
  if (star === entry.length - 1 && patternPrefix(entry) !== null) return null;
  return 'must have a * at most at its end, behind a / or a :, as in /tts/*';
}
