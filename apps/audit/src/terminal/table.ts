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
export function widthOf(text: string): number {
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
export const plain = (text: string): string =>
  ASCII.test(text) ? text : text.replace(CONTROLS, '�');

/** Lines in columns, each as wide as need be. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const set = columns.map((column, at) => new SetColumn(column, rows, at));
  const lines: string[] = [];
  for (let row = 0; row <= rows.length; row++) {
    let line = '';
    for (const column of set) line += column.cell(row) + '  ';
    lines.push(line.trimEnd());
  }
  lines.splice(1, 0, set.map(({ width }) => '-'.repeat(width)).join('  '));
  return [...lines, ''].join('\n');
}

/** A column with its head, looked at once as a whole where it can be: a statement has many cells. */
class SetColumn {
  readonly #texts: readonly string[];
  /** null: as many as characters. */
  readonly #widths: readonly number[] | null;
  readonly #isRight: boolean;
  readonly width: number;

  constructor({ head, align }: Column, rows: readonly (readonly string[])[], at: number) {
    const cells = [head];
    for (const row of rows) cells.push(row[at] ?? '');
    const isAscii = ASCII.test(cells.join(''));
    this.#texts = isAscii ? cells : cells.map(plain);
    this.#widths = isAscii ? null : this.#texts.map(widthOf);
    this.#isRight = align === 'right';
    let width = 0;
    for (let row = 0; row < cells.length; row++) width = Math.max(width, this.#widthAt(row));
    this.width = width;
  }

  /** 0: its head. */
  cell(row: number): string {
    const text = this.#texts[row] ?? '';
    const room = ' '.repeat(this.width - this.#widthAt(row));
    return this.#isRight ? room + text : text + room;
  }

  #widthAt(row: number): number {
    return (this.#widths === null ? this.#texts[row]?.length : this.#widths[row]) ?? 0;
  }
}

/** 1,234,567; by hand, for `toLocaleString` takes a microsecond, and a statement has many lines. */
export function grouped(value: number): string {
  if (!Number.isSafeInteger(value)) return String(value);
  if (value < 0) return `-${grouped(-value)}`;
  const digits = String(value);
  let text = digits;
  for (let at = digits.length - 3; at > 0; at -= 3) text = `${text.slice(0, at)},${text.slice(at)}`;
  return text;
}

export const signed = (value: number): string =>
  value > 0 ? `+${grouped(value)}` : grouped(value);
