import { writeUuid } from '../uuid-bytes.js';

/**
 * Arrays in the server's binary form: nothing to quote here, nothing to unquote there.
 * https://www.postgresql.org/docs/current/protocol-overview.html#PROTOCOL-FORMAT-CODES
 */
const HEADER_BYTES = 20;
const LENGTH_BYTES = 4;

const OID = { bytea: 17, int8: 20, int4: 23, text: 25, uuid: 2950 } as const;

function header(array: Buffer, elementOid: number, count: number): void {
  array.writeInt32BE(1, 0); // dimensions
  array.writeInt32BE(0, 4); // no nulls
  array.writeInt32BE(elementOid, 8);
  array.writeInt32BE(count, 12);
  array.writeInt32BE(1, 16); // first subscript
}

/** Of values that all take the same room. */
function fixed<T>(
  elementOid: number,
  bytes: number,
  values: readonly T[],
  write: (array: Buffer, value: T, at: number) => void,
): Buffer {
  const step = LENGTH_BYTES + bytes;
  const array = Buffer.allocUnsafe(HEADER_BYTES + step * values.length);
  header(array, elementOid, values.length);
  let at = HEADER_BYTES;
  for (const value of values) {
    array.writeInt32BE(bytes, at);
    write(array, value, at + LENGTH_BYTES);
    at += step;
  }
  return array;
}

export const int4Array = (values: readonly number[]): Buffer =>
  fixed(OID.int4, 4, values, (array, value, at) => array.writeInt32BE(value, at));

export const int8Array = (values: readonly number[]): Buffer =>
  fixed(OID.int8, 8, values, (array, value, at) => array.writeBigInt64BE(BigInt(value), at));

export const uuidArray = (values: readonly string[]): Buffer =>
  fixed(OID.uuid, 16, values, (array, value, at) => writeUuid(array, at, value));

export const hashArray = (values: readonly Uint8Array[]): Buffer =>
  fixed(OID.bytea, 32, values, (array, value, at) => array.set(value, at));

export function textArray(values: readonly string[]): Buffer {
  let bytes = HEADER_BYTES;
  for (const value of values) bytes += LENGTH_BYTES + Buffer.byteLength(value);
  const array = Buffer.allocUnsafe(bytes);
  header(array, OID.text, values.length);
  let at = HEADER_BYTES;
  for (const value of values) {
    const written = array.write(value, at + LENGTH_BYTES, 'utf8');
    array.writeInt32BE(written, at);
    at += LENGTH_BYTES + written;
  }
  return array;
}
