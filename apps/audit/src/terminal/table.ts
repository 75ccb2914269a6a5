export type Align = 'left' | 'right';

export interface Column {
  readonly head: string;
  readonly align?: Align;
}

/** Characters that take two columns, from first to last. */
const WIDE = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
] as const;
const ASCII = /^[ -~]*$/;
/** What moves the cursor, and what turns the direction of writing round. */
const CONTROLS = /[\p{Cc}\p{Bidi_Control}]/gu;

/** Columns that a text takes on a terminal: a Chinese character takes two. */
export function displayWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += isWide(character.codePointAt(0) ?? 0) ? 2 : 1;
  return width;
}

function isWide(code: number): boolean {
  for (const [first, last] of WIDE) if (code >= first && code <= last) return true;
  return false;
}

/** What was stored by others must not steer the terminal. */
export const stripControls = (text: string): string =>
  ASCII.test(text) ? text : text.replace(CONTROLS, '�');

type Rows = readonly (readonly string[])[];

/** Lines in columns, each as wide as need be. */
export function renderTable(columns: readonly Column[], rows: Rows): string {
  const rendered = columns.map((column, at) => new RenderedColumn(column, rows, at));
  let text = '';
  for (let row = 0; row <= rows.length; row++) {
    text += renderLine(rendered, row);
    if (row === 0)
      text += `${rendered.map(({ width }) => '-'.repeat(width)).join(spaces(COLUMN_GAP))}\n`;
  }
  return text;
}

/** Blanks between columns. */
const COLUMN_GAP = 2;
const SPACES = Array.from({ length: 100 }, (_, count) => ' '.repeat(count));
const spaces = (count: number): string => SPACES[count] ?? ' '.repeat(count);

/** With no blanks of ours at its end: they are written once something stands behind them. */
function renderLine(columns: readonly RenderedColumn[], row: number): string {
  let line = '';
  let pending = 0;
  for (const column of columns) {
    const text = column.textAt(row);
    const padding = column.width - column.widthAt(row);
    if (column.isRight) pending += padding;
    if (text !== '') {
      line += spaces(pending) + text;
      pending = 0;
    }
    pending += column.isRight ? COLUMN_GAP : padding + COLUMN_GAP;
  }
  return `${line}\n`;
}

interface Cell {
  readonly text: string;
  readonly width: number;
}

/** A column with its head, looked at once as a whole where it can be: a statement has many cells. */
class RenderedColumn {
  /** The head, then row by row. A text stands for itself where it is of ASCII. */
  readonly #cells: readonly (string | Cell)[];
  readonly isRight: boolean;
  readonly width: number;

  constructor({ head, align }: Column, rows: Rows, at: number) {
    const texts = [head];
    for (const row of rows) texts.push(row[at] ?? '');
    this.#cells = ASCII.test(texts.join('')) ? texts : measureCells(texts);
    this.isRight = align === 'right';
    let width = 0;
    for (let row = 0; row < texts.length; row++) width = Math.max(width, this.widthAt(row));
    this.width = width;
  }

  textAt(row: number): string {
    const cell = this.#cells[row] ?? '';
    return typeof cell === 'string' ? cell : cell.text;
  }

  widthAt(row: number): number {
    const cell = this.#cells[row] ?? '';
    return typeof cell === 'string' ? cell.length : cell.width;
  }
}

/** Each text is looked at once: those in Chinese are few, and stand in many lines. */
function measureCells(texts: readonly string[]): readonly Cell[] {
  const measured = new Map<string, Cell>();
  return texts.map((cell) => {
    const before = measured.get(cell);
    if (before !== undefined) return before;
    const text = stripControls(cell);
    const measuredCell = { text, width: displayWidth(text) };
    measured.set(cell, measuredCell);
    return measuredCell;
  });
}

/** 1,234,567; by hand, for `toLocaleString` takes a microsecond, and a statement has many lines. */
export function formatNumber(value: number): string {
  if (!Number.isSafeInteger(value)) return String(value);
  if (value < 0) return `-${formatNumber(-value)}`;
  const digits = String(value);
  let text = digits;
  for (let at = digits.length - 3; at > 0; at -= 3) text = `${text.slice(0, at)},${text.slice(at)}`;
  return text;
}

export const formatSignedNumber = (value: number): string =>
  value > 0 ? `+${formatNumber(value)}` : formatNumber(value);
