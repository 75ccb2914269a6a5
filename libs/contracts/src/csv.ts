// Everything that the ledger exports as CSV (RFC 4180) is written here. Senders and users write part of
// the content, and an accountant opens it with a spreadsheet, so no cell may act as a formula.

/** Excel reads a file as UTF-8 only when it begins with this. */
export const BYTE_ORDER_MARK = '\uFEFF';

export type CsvCell = string | number | null;

export const csvRow = (cells: readonly CsvCell[]): string =>
  `${cells.map(encodeCell).join(',')}\r\n`;

/**
 * What a spreadsheet may strip or not show at the beginning of a cell: control characters, spaces,
 * and whatever has no width, such as marks of writing direction.
 */
const INVISIBLE = '[\\p{Cc}\\p{Cf}\\p{Z}\\p{Default_Ignorable_Code_Point}\\u2800]*';

/**
 * A spreadsheet carries out a cell that begins so, whoever wrote it. Full-width, small, raised and
 * lowered forms count as the plain ones: where Chinese is written, Excel takes them for those.
 */
const FORMULA = new RegExp(
  `^${INVISIBLE}[=+\\-@\\u2212\\uFE62-\\uFE66\\uFE6B\\uFF0B\\uFF0D\\uFF1D\\uFF20\\u207A-\\u207C\\u208A-\\u208C\\uFB29]`,
  'u',
);

/** A tab or a line break in front moves what follows into a cell of its own. */
const BREAKS_OUT = /^[\t\r\n]/;

/** Also what separates cells where a list is not separated by commas. */
const NEEDS_QUOTES = /[",;\t\r\n]/;

function encodeCell(cell: CsvCell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const text = FORMULA.test(cell) || BREAKS_OUT.test(cell) ? `'${cell}` : cell;
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
