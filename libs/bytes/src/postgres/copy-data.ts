import {
  allocateTarget,
  columnBytesMax,
  writeField,
  type BinaryType,
  type ByteTarget,
} from './binary-types.js';

/** How a column of a table is filled from a row. */
export interface CopyColumn<R> {
  readonly name: string;
  readonly bytesMax: (rows: readonly R[]) => number;
  readonly write: (target: ByteTarget, row: R, index: number, at: number) => number;
}

export const copyColumn = <R, T>(
  name: string,
  type: BinaryType<T>,
  valueOf: (row: R, index: number) => T | null,
): CopyColumn<R> => ({
  name,
  bytesMax: (rows) => columnBytesMax(type, rows, valueOf),
  write: (target, row, index, at) => writeField(type, target, valueOf(row, index), at),
});

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
/** The signature, no flags and no header extension. */
const HEADER_BYTES = SIGNATURE.length + 8;
const COLUMN_COUNT_BYTES = 2;
const END_OF_DATA = -1;

/**
 * The data of a `copy … from stdin (format binary)`.
 * https://www.postgresql.org/docs/current/sql-copy.html (Binary Format)
 */
export function encodeCopyData<R>(columns: readonly CopyColumn<R>[], rows: readonly R[]): Buffer {
  const target = allocateTarget(copyBytesMax(columns, rows));
  const { bytes, view } = target;
  bytes.fill(0, 0, HEADER_BYTES).set(SIGNATURE);
  let at = HEADER_BYTES;
  let index = 0;
  for (const row of rows) {
    view.setInt16(at, columns.length);
    at += COLUMN_COUNT_BYTES;
    for (const column of columns) at = column.write(target, row, index, at);
    index += 1;
  }
  view.setInt16(at, END_OF_DATA);
  return bytes.subarray(0, at + COLUMN_COUNT_BYTES);
}

const copyBytesMax = <R>(columns: readonly CopyColumn<R>[], rows: readonly R[]): number =>
  columns.reduce(
    (bytesMax, column) => bytesMax + column.bytesMax(rows),
    HEADER_BYTES + COLUMN_COUNT_BYTES * (rows.length + 1),
  );
