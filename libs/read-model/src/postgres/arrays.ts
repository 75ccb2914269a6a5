import { msOf } from '#ledger';

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

/** As a view: Buffer's own writers check so much that they were a tenth of the projector's work. */
interface Target {
  readonly bytes: Buffer;
  readonly view: DataView;
}

function target(length: number, elementOid: number, count: number): Target {
  const bytes = Buffer.allocUnsafe(length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  view.setInt32(0, 1); // dimensions
  view.setInt32(4, 1); // may have nulls
  view.setInt32(8, elementOid);
  view.setInt32(12, count);
  view.setInt32(16, 1); // first subscript
  return { bytes, view };
}

/** What stands in a column of a row. */
type Column<R, T> = (row: R, index: number) => T | null;

/** Of values that take the same room, but for nulls. */
function fixed<R, T>(
  elementOid: number,
  length: number,
  rows: readonly R[],
  column: Column<R, T>,
  write: (view: DataView, value: T, at: number) => void,
): Buffer {
  const room = HEADER_BYTES + (LENGTH_BYTES + length) * rows.length;
  const { bytes, view } = target(room, elementOid, rows.length);
  let at = HEADER_BYTES;
  let index = 0;
  for (const row of rows) {
    const value = column(row, index++);
    view.setInt32(at, value === null ? NULL_LENGTH : length);
    at += LENGTH_BYTES;
    if (value === null) continue;
    write(view, value, at);
    at += length;
  }
  return bytes.subarray(0, at);
}

function writeInt4(view: DataView, value: number, at: number): void {
  if ((value | 0) !== value) throw new RangeError(`${value} is not an integer of 32 bits`);
  view.setInt32(at, value);
}

function writeInt8(view: DataView, value: number, at: number): void {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not a safe integer`);
  const high = Math.floor(value / UINT32);
  view.setInt32(at, high);
  view.setUint32(at + 4, value - high * UINT32);
}

function writeUuid(view: DataView, value: string, at: number): void {
  if (value.length !== UUID_LENGTH) throw new TypeError(`"${value}" is not a UUID`);
  let place = 0;
  for (let byte = 0; byte < 16; byte++) {
    if (value.charCodeAt(place) === HYPHEN) place += 1;
    const digits =
      (HEX_DIGITS[value.charCodeAt(place)] ?? -1) * 16 +
      (HEX_DIGITS[value.charCodeAt(place + 1)] ?? NaN);
    if (!(digits >= 0)) throw new TypeError(`"${value}" is not a UUID`);
    view.setUint8(at + byte, digits);
    place += 2;
  }
}

const UUID_LENGTH = 36;
const HYPHEN = 45;

/** By character code; NaN: not a digit. */
const HEX_DIGITS = Array.from({ length: 128 }, (_, code) =>
  /[0-9a-f]/i.test(String.fromCharCode(code)) ? parseInt(String.fromCharCode(code), 16) : NaN,
);

export const int4Array = <R>(rows: readonly R[], column: Column<R, number>): Buffer =>
  fixed(OID.int4, 4, rows, column, writeInt4);

export const int8Array = <R>(rows: readonly R[], column: Column<R, number>): Buffer =>
  fixed(OID.int8, 8, rows, column, writeInt8);

export const float8Array = <R>(rows: readonly R[], column: Column<R, number>): Buffer =>
  fixed(OID.float8, 8, rows, column, (view, value, at) => view.setFloat64(at, value));

export const boolArray = <R>(rows: readonly R[], column: Column<R, boolean>): Buffer =>
  fixed(OID.bool, 1, rows, column, (view, value, at) => view.setUint8(at, value ? 1 : 0));

export const timeArray = <R>(rows: readonly R[], column: Column<R, string>): Buffer =>
  fixed(OID.timestamptz, 8, rows, column, (view, value, at) =>
    writeInt8(view, (msOf(value) - POSTGRES_EPOCH_MS) * 1_000, at),
  );

export const uuidArray = <R>(rows: readonly R[], column: Column<R, string>): Buffer =>
  fixed(OID.uuid, 16, rows, column, writeUuid);

export function textArray<R>(rows: readonly R[], column: (row: R) => string | null): Buffer {
  let room = HEADER_BYTES;
  for (const row of rows) room += LENGTH_BYTES + 3 * (column(row)?.length ?? 0);
  const { bytes, view } = target(room, OID.text, rows.length);
  let at = HEADER_BYTES;
  for (const row of rows) {
    const value = column(row);
    const written = value === null ? 0 : bytes.write(value, at + LENGTH_BYTES, 'utf8');
    view.setInt32(at, value === null ? NULL_LENGTH : written);
    at += LENGTH_BYTES + written;
  }
  return bytes.subarray(0, at);
}
