import stringWidth from 'string-width';

export type Align = 'left' | 'right';

export interface Column {
  readonly head: string;
  readonly align?: Align;
}

const ASCII = /^[ -~]*$/;
/** Characters that move the cursor or turn the direction of writing. */
const CONTROLS = /[\p{Cc}\p{Bidi_Control}]/gu;

/** The columns that a text takes on a terminal. A Chinese character takes two. */
export const displayWidth = (text: string): number =>
  ASCII.test(text) ? text.length : stringWidth(text);

/** Stored texts come from others and must not control the terminal. */
export const stripControls = (text: string): string =>
  ASCII.test(text) ? text : text.replace(CONTROLS, '�');

type Rows = readonly (readonly string[])[];

/** Renders lines in columns that are as wide as their widest cell. */
export function renderTable(columns: readonly Column[], rows: Rows): string {
  const rendered = columns.map((column, index) => new RenderedColumn(column, rows, index));
  const rule = rendered.map(({ width }) => '-'.repeat(width)).join(' '.repeat(COLUMN_GAP));
  let text = `${renderLine(rendered, 0)}${rule}\n`;
  for (let row = 1; row <= rows.length; row++) text += renderLine(rendered, row);
  return text;
}

/** Spaces between columns. */
const COLUMN_GAP = 2;

/** Padding is written only in front of text, so that no line ends with it. */
function renderLine(columns: readonly RenderedColumn[], row: number): string {
  let line = '';
  let padding = 0;
  for (const column of columns) {
    const { text, width } = column.cell(row);
    const space = column.width - width;
    if (column.isRight) padding += space;
    if (text !== '') {
      line += ' '.repeat(padding) + text;
      padding = 0;
    }
    padding += column.isRight ? COLUMN_GAP : space + COLUMN_GAP;
  }
  return `${line}\n`;
}

interface Cell {
  readonly text: string;
  readonly width: number;
}

const EMPTY_CELL: Cell = { text: '', width: 0 };

class RenderedColumn {
  /** The head, then row by row. */
  readonly #cells: readonly Cell[];
  readonly isRight: boolean;
  readonly width: number;

  constructor({ head, align }: Column, rows: Rows, index: number) {
    this.#cells = measureCells([head, ...rows.map((row) => row[index] ?? '')]);
    this.isRight = align === 'right';
    this.width = this.#cells.reduce((widest, { width }) => Math.max(widest, width), 0);
  }

  cell(row: number): Cell {
    return this.#cells[row] ?? EMPTY_CELL;
  }
}

/** Chinese texts are slow to measure, and a statement repeats a few of them: each is measured once. */
function measureCells(texts: readonly string[]): readonly Cell[] {
  const measured = new Map<string, Cell>();
  return texts.map((raw) => {
    if (ASCII.test(raw)) return { text: raw, width: raw.length };
    const known = measured.get(raw);
    if (known !== undefined) return known;
    const text = stripControls(raw);
    const cell = { text, width: displayWidth(text) };
    measured.set(raw, cell);
    return cell;
  });
}

const THOUSANDS = /\B(?=(?:\d{3})+$)/g;

/** 1,234,567. `toLocaleString` would be too slow for the many lines of a statement. */
export const formatNumber = (value: number): string =>
  Number.isSafeInteger(value) ? String(value).replace(THOUSANDS, ',') : String(value);

export const formatSignedNumber = (value: number): string =>
  value > 0 ? `+${formatNumber(value)}` : formatNumber(value);
