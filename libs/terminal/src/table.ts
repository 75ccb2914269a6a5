import stringWidth from 'string-width';
import { GenerationalCache } from '#async';

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
    const text = column.text(row);
    const space = column.width - column.widthOf(row);
    if (column.isRight) padding += space;
    if (text !== '') {
      line += ' '.repeat(padding) + text;
      padding = 0;
    }
    padding += column.isRight ? COLUMN_GAP : space + COLUMN_GAP;
  }
  return `${line}\n`;
}

class RenderedColumn {
  /** The head, then row by row. */
  readonly #texts: readonly string[];
  readonly #widths: readonly number[];
  readonly isRight: boolean;
  readonly width: number;

  constructor({ head, align }: Column, rows: Rows, index: number) {
    const texts = [head, ...rows.map((row) => row[index] ?? '')];
    this.#texts = texts.map(stripControls);
    this.#widths = this.#texts.map(rememberedWidth);
    this.isRight = align === 'right';
    this.width = this.#widths.reduce((widest, width) => Math.max(widest, width), 0);
  }

  text(row: number): string {
    return this.#texts[row] ?? '';
  }

  /** The columns of the terminal that the text of this row takes. */
  widthOf(row: number): number {
    return this.#widths[row] ?? 0;
  }
}

/** Chinese texts are slow to measure, and a statement repeats a few of them on every page. */
const WIDTHS = new GenerationalCache<string, number>({ weightMax: 2_000 });

function rememberedWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  const known = WIDTHS.get(text);
  if (known !== undefined) return known;
  const width = displayWidth(text);
  WIDTHS.set(text, width);
  return width;
}

const THOUSANDS = /\B(?=(?:\d{3})+$)/g;

export const formatVersions = (count: number): string =>
  `${formatNumber(count)} version${count === 1 ? '' : 's'} of the settings`;

/** 1,234,567. `toLocaleString` would be too slow for the many lines of a statement. */
export function formatNumber(value: number): string {
  const hasGroups = Number.isSafeInteger(value) && Math.abs(value) >= 1_000;
  return hasGroups ? String(value).replace(THOUSANDS, ',') : String(value);
}

export const formatSignedNumber = (value: number): string =>
  value > 0 ? `+${formatNumber(value)}` : formatNumber(value);
