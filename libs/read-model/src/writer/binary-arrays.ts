import {
  columnBytesMax,
  float8,
  int4,
  int8,
  targetOf,
  text,
  timestamptz,
  uuid,
  writeField,
  type BinaryType,
} from './binary-types.js';

const HEADER_BYTES = 20;

/** What stands in a column of a row. */
type Column<R, T> = (row: R) => T | null;

type ArrayOf<T> = <R>(rows: readonly R[], column: Column<R, T>) => Buffer;

/** A column of values as an array for `unnest`. */
const arrayOf =
  <T>(type: BinaryType<T>): ArrayOf<T> =>
  (rows, column) => {
    const target = targetOf(HEADER_BYTES + columnBytesMax(type, rows, column));
    target.view.setInt32(0, 1); // dimensions
    target.view.setInt32(4, 1); // may have nulls
    target.view.setInt32(8, type.oid);
    target.view.setInt32(12, rows.length);
    target.view.setInt32(16, 1); // first subscript
    let at = HEADER_BYTES;
    for (const row of rows) at = writeField(type, target, column(row), at);
    return target.bytes.subarray(0, at);
  };

export const int4Array = arrayOf(int4);
export const int8Array = arrayOf(int8);
export const float8Array = arrayOf(float8);
export const timeArray = arrayOf(timestamptz);
export const uuidArray = arrayOf(uuid);
export const textArray = arrayOf(text);
