import type { FoundLetter } from './read-letters.js';

const DETAIL_CHARACTERS_MAX = 100;

/** One line for people. */
export function formatLine({ letter }: FoundLetter): string {
  const { id, buriedAt, reason, detail, partition, offset, lastOffset, key } = letter;
  const place = lastOffset === null ? offset : `${offset}-${lastOffset}`;
  const start = detail.slice(0, DETAIL_CHARACTERS_MAX);
  const short = start === detail ? detail : `${start}…`;
  const fields = [id, buriedAt, reason, `${partition}/${place}`, key ?? '-', short];
  return `${fields.map(replaceControlCharacters).join('  ')}\n`;
}

export const HEADER_LINE = 'letter  written at  reason  partition/offset  key  detail\n';

/**
 * Text from messages must not move the cursor of a terminal. The category Cc has the two ranges
 * of control characters, U+0000 to U+001F and U+007F to U+009F.
 */
export const replaceControlCharacters = (text: string): string => text.replaceAll(/\p{Cc}/gu, '?');
