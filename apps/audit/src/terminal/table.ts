export type Align = 'left' | 'right';

export interface Column {
  readonly head: string;
  readonly align?: Align;
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u;
const ASCII = /^[ -~]*$/;
/** What moves the cursor, and what turns the direction of writing round. */
const CONTROLS = /[\p{Cc}\p{Bidi_Control}]/gu;

/** Columns that a text takes on a terminal: a Chinese character takes two. */
export function widthOf(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += WIDE.test(character) ? 2 : 1;
  return width;
}

/** What was stored by others must not steer the terminal. */
export const plain = (text: string): string =>
  ASCII.test(text) ? text : text.replace(CONTROLS, '�');

interface Cell {
  readonly text: string;
  readonly width: number;
}

/** Looked at once: a statement has many of them. */
function cellOf(value: string): Cell {
  if (ASCII.test(value)) return { text: value, width: value.length };
  const text = plain(value);
  return { text, width: widthOf(text) };
}

/** Lines in columns, each as wide as need be. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const cells = [columns.map(({ head }) => head), ...rows].map((row) => row.map(cellOf));
  const widths = columns.map((_, at) => {
    let width = 0;
    for (const row of cells) width = Math.max(width, row[at]?.width ?? 0);
    return width;
  });
  const line = (row: readonly Cell[]): string => {
    let text = '';
    for (const [at, cell] of row.entries()) {
      const room = ' '.repeat(Math.max(0, (widths[at] ?? 0) - cell.width));
      text += columns[at]?.align === 'right' ? room + cell.text : cell.text + room;
      text += '  ';
    }
    return text.trimEnd();
  };
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  const [head = [], ...body] = cells;
  return [line(head), rule, ...body.map(line), ''].join('\n');
}

const THOUSANDS = /\B(?=(?:\d{3})+$)/g;

/** 1,234,567; by hand, for `toLocaleString` takes a microsecond, and a statement has many lines. */
export const grouped = (value: number): string =>
  value > -1000 && value < 1000 ? String(value) : String(value).replace(THOUSANDS, ',');

export const signed = (value: number): string =>
  value > 0 ? `+${grouped(value)}` : grouped(value);
