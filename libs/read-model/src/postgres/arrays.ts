/**
 * A column of values as an array for `unnest`, in the server's binary form: nothing to quote here,
 * nothing to parse there.
 * https://www.postgresql.org/docs/current/protocol-overview.html#PROTOCOL-FORMAT-CODES
 */
const HEADER_BYTES = 20;
const LENGTH_BYTES = 4;
const NULL_LENGTH = -1;

const OID = { bool: 16, int8: 20, int4: 23, text: 25, float8: 701, timestamptz: 1184, uuid: 2950 };

/** Microseconds count from here. */
const POSTGRES_EPOCH_MS = Date.UTC(2000, 0, 1);
const UINT32 = 4_294_967_296;

function header(array: Buffer, elementOid: number, count: number): void {
  array.writeInt32BE(1, 0); // dimensions
  array.writeInt32BE(1, 4); // may have nulls
  array.writeInt32BE(elementOid, 8);
  array.writeInt32BE(count, 12);
  array.writeInt32BE(1, 16); // first subscript
}

/** What stands in a column of a row. */
type Column<R, T> = (row: R, index: number) => T | null;

/** Of values that take the same room, but for nulls. */
function fixed<R, T>(
  elementOid: number,
  bytes: number,
  rows: readonly R[],
  column: Column<R, T>,
  write: (array: Buffer, value: T, at: number) => void,
): Buffer {
  const array = Buffer.allocUnsafe(HEADER_BYTES + (LENGTH_BYTES + bytes) * rows.length);
  header(array, elementOid, rows.length);
  let at = HEADER_BYTES;
  let index = 0;
  for (const row of rows) {
    const value = column(row, index++);
    if (value === null) {
      at = array.writeInt32BE(NULL_LENGTH, at);
      continue;
    }
    at = array.writeInt32BE(bytes, at);
    write(array, value, at);
    at += bytes;
  }
  return array.subarray(0, at);
}

function writeInt8(array: Buffer, value: number, at: number): void {
  array.writeInt32BE(Math.floor(value / UINT32), at);
  array.writeUInt32BE(((value % UINT32) + UINT32) % UINT32, at + 4);
}

export const int4Array = <R>(rows: readonly R[], column: Column<R, number>): Buffer =>
  fixed(OID.int4, 4, rows, column, (array, value, at) => array.writeInt32BE(value, at));

export const int8Array = <R>(rows: readonly R[], column: Column<R, number>): Buffer =>
  fixed(OID.int8, 8, rows, column, writeInt8);

export const float8Array = <R>(rows: readonly R[], column: Column<R, number>): Buffer =>
  fixed(OID.float8, 8, rows, column, (array, value, at) => array.writeDoubleBE(value, at));

export const boolArray = <R>(rows: readonly R[], column: Column<R, boolean>): Buffer =>
  fixed(OID.bool, 1, rows, column, (array, value, at) => array.writeUInt8(value ? 1 : 0, at));

export const timeArray = <R>(rows: readonly R[], column: Column<R, string>): Buffer =>
  fixed(OID.timestamptz, 8, rows, column, (array, value, at) =>
    writeInt8(array, (Date.parse(value) - POSTGRES_EPOCH_MS) * 1_000, at),
  );

export const uuidArray = <R>(rows: readonly R[], column: Column<R, string>): Buffer =>
  fixed(OID.uuid, 16, rows, column, (array, value, at) => {
    const written = array.write(value.replaceAll('-', ''), at, 'hex');
    if (written !== 16) throw new TypeError(`"${value}" is not a UUID`);
  });

export function textArray<R>(rows: readonly R[], column: (row: R) => string | null): Buffer {
  let bytes = HEADER_BYTES;
  for (const row of rows) bytes += LENGTH_BYTES + 3 * (column(row)?.length ?? 0);
  const array = Buffer.allocUnsafe(bytes);
  header(array, OID.text, rows.length);
  let at = HEADER_BYTES;
  for (const row of rows) {
    const value = column(row);
    const written = value === null ? 0 : array.write(value, at + LENGTH_BYTES, 'utf8');
    array.writeInt32BE(value === null ? NULL_LENGTH : written, at);
    at += LENGTH_BYTES + written;
  }
  return array.subarray(0, at);
}
