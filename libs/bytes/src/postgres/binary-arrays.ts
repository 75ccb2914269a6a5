import {
  allocateTarget,
  bytea,
  columnBytesMax,
  int4,
  int8,
  text,
  uuid,
  writeField,
  type BinaryType,
} from './binary-types.js';

const HEADER_BYTES = 20;

/** Encodes one column of some rows as an array, to be sent as a parameter and unnested there. */
export type EncodeArray<T> = <R>(rows: readonly R[], valueOf: (row: R) => T | null) => Buffer;

export const arrayOf =
  <T>(type: BinaryType<T>): EncodeArray<T> =>
  (rows, valueOf) => {
    const target = allocateTarget(HEADER_BYTES + columnBytesMax(type, rows, valueOf));
    target.view.setInt32(0, 1); // dimensions
    target.view.setInt32(4, 1); // nulls are allowed
    target.view.setInt32(8, type.oid);
    target.view.setInt32(12, rows.length);
    target.view.setInt32(16, 1); // first subscript
    let at = HEADER_BYTES;
    for (const row of rows) at = writeField(type, target, valueOf(row), at);
    return target.bytes.subarray(0, at);
  };

export const int4Array = arrayOf(int4);
export const int8Array = arrayOf(int8);
export const uuidArray = arrayOf(uuid);
export const textArray = arrayOf(text);
export const byteaArray = arrayOf(bytea);
