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

/** Lines in columns, each as wide as need be. Every cell is looked at once: a statement has many. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const texts: string[] = [];
  const widths: number[] = [];
  const widest = columns.map(() => 0);
  for (const row of [columns.map(({ head }) => head), ...rows]) {
    for (let at = 0; at < columns.length; at++) {
      const cell = row[at] ?? '';
      const isAscii = ASCII.test(cell);
      const text = isAscii ? cell : plain(cell);
      const width = isAscii ? cell.length : widthOf(text);
      texts.push(text);
      widths.push(width);
      if (width > (widest[at] ?? 0)) widest[at] = width;
    }
  }
  const lines: string[] = [];
  for (let cell = 0; cell < texts.length;) {
    let line = '';
    for (let at = 0; at < columns.length; at++, cell++) {
      const text = texts[cell] ?? '';
      const room = ' '.repeat((widest[at] ?? 0) - (widths[cell] ?? 0));
      line += columns[at]?.align === 'right' ? room + text : text + room;
      line += '  ';
    }
    lines.push(line.trimEnd());
  }
  lines.splice(1, 0, widest.map((width) => '-'.repeat(width)).join('  '));
  return [...lines, ''].join('\n');
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
