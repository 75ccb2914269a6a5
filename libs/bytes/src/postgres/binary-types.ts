import { writeInt64 } from '../int64.js';
import { writeUuid } from '../uuid.js';

/**
 * Values in the binary form of Postgres, which needs no quoting here and no parsing there.
 * https://www.postgresql.org/docs/current/protocol-overview.html#PROTOCOL-FORMAT-CODES
 */
export type BinaryType<T> = FixedLengthType<T> | VariableLengthType<T>;

interface FixedLengthType<T> {
  readonly oid: number;
  readonly length: number;
  readonly write: (target: ByteTarget, value: T, at: number) => void;
}

interface VariableLengthType<T> {
  readonly oid: number;
  readonly length: null;
  /** An upper bound, to allocate by. */
  readonly bytesMax: (value: T) => number;
  /** Returns how many bytes were written. */
  readonly write: (target: ByteTarget, value: T, at: number) => number;
}

/**
 * One buffer twice: a DataView writes numbers without the checks that Buffer's methods make, which
 * were a tenth of the projector's work.
 */
export interface ByteTarget {
  readonly bytes: Buffer;
  readonly view: DataView;
}

export function allocateTarget(length: number): ByteTarget {
  const bytes = Buffer.allocUnsafe(length);
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, length) };
}

const LENGTH_BYTES = 4;
const NULL_LENGTH = -1;

/** An upper bound of what the values of one column take, each with its length before it. */
export function columnBytesMax<R, T>(
  type: BinaryType<T>,
  rows: readonly R[],
  valueOf: (row: R, index: number) => T | null,
): number {
  if (type.length !== null) return rows.length * (LENGTH_BYTES + type.length);
  let bytesMax = rows.length * LENGTH_BYTES;
  for (const [index, row] of rows.entries()) {
    const value = valueOf(row, index);
    if (value !== null) bytesMax += type.bytesMax(value);
  }
  return bytesMax;
}

/** Writes a value behind its length. Returns where the next one begins. */
export function writeField<T>(
  type: BinaryType<T>,
  target: ByteTarget,
  value: T | null,
  at: number,
): number {
  const { view } = target;
  const begin = at + LENGTH_BYTES;
  if (value === null) {
    view.setInt32(at, NULL_LENGTH);
    return begin;
  }
  if (type.length === null) {
    const length = type.write(target, value, begin);
    view.setInt32(at, length);
    return begin + length;
  }
  view.setInt32(at, type.length);
  type.write(target, value, begin);
  return begin + type.length;
}

const fixedLength = <T>(
  oid: number,
  length: number,
  write: FixedLengthType<T>['write'],
): FixedLengthType<T> => ({ oid, length, write });

export const bool = fixedLength<boolean>(16, 1, ({ view }, value, at) =>
  view.setUint8(at, value ? 1 : 0),
);

export const int2 = fixedLength<number>(21, 2, ({ view }, value, at) => {
  if ((value << 16) >> 16 !== value) throw new RangeError(`${value} is not an integer of 16 bits`);
  view.setInt16(at, value);
});

export const int4 = fixedLength<number>(23, 4, ({ view }, value, at) => {
  if ((value | 0) !== value) throw new RangeError(`${value} is not an integer of 32 bits`);
  view.setInt32(at, value);
});

export const int8 = fixedLength<number>(20, 8, ({ view }, value, at) =>
  writeInt64(view, at, value),
);

export const float8 = fixedLength<number>(701, 8, ({ view }, value, at) =>
  view.setFloat64(at, value),
);

export const uuid = fixedLength<string>(2950, 16, ({ bytes }, value, at) =>
  writeUuid(bytes, at, value),
);

const TWO_TO_32 = 2 ** 32;
/** Postgres counts microseconds from here. */
const POSTGRES_EPOCH_MS = Date.UTC(2000, 0, 1);

/**
 * A time in milliseconds since 1970. Its microseconds exceed the safe integers from the middle of
 * 2285 on, so that they are computed in two halves.
 */
export const timestamptz = fixedLength<number>(1184, 8, ({ view }, value, at) => {
  const ms = value - POSTGRES_EPOCH_MS;
  if (!Number.isSafeInteger(ms)) throw new RangeError(`${value} is not a time in milliseconds`);
  const high = Math.floor(ms / TWO_TO_32);
  const low = (ms - high * TWO_TO_32) * 1_000;
  const carry = Math.floor(low / TWO_TO_32);
  view.setInt32(at, high * 1_000 + carry);
  view.setUint32(at + 4, low - carry * TWO_TO_32);
});

export const bytea: VariableLengthType<Uint8Array> = {
  oid: 17,
  length: null,
  bytesMax: (value) => value.length,
  write: ({ bytes }, value, at) => {
    bytes.set(value, at);
    return value.length;
  },
};

/** Below it a loop is faster than a call into Buffer. */
const SHORT_TEXT_CHARS = 48;
const UTF8_BYTES_PER_CHAR_MAX = 3;

export const text: VariableLengthType<string> = {
  oid: 25,
  length: null,
  bytesMax: (value) =>
    value.length <= SHORT_TEXT_CHARS
      ? value.length * UTF8_BYTES_PER_CHAR_MAX
      : Buffer.byteLength(value),
  write: ({ bytes }, value, at) =>
    value.length <= SHORT_TEXT_CHARS
      ? writeShortText(bytes, value, at)
      : bytes.write(value, at, 'utf8'),
};

function writeShortText(bytes: Buffer, value: string, begin: number): number {
  let at = begin;
  for (let index = 0; index < value.length; index += 1) {
    const code = value.charCodeAt(index);
    if (code < 0x80) {
      bytes[at++] = code;
    } else if (code < 0x800 || isSurrogate(code)) {
      return bytes.write(value, begin, 'utf8');
    } else {
      bytes[at++] = 0xe0 | (code >> 12);
      bytes[at++] = 0x80 | ((code >> 6) & 0x3f);
      bytes[at++] = 0x80 | (code & 0x3f);
    }
  }
  return at - begin;
}

/** Half of a character beyond the basic plane. */
const isSurrogate = (code: number): boolean => code >= 0xd800 && code < 0xe000;

const JSONB_VERSION = 1;

/** A text in JSON behind the version of the format. */
export const jsonb: VariableLengthType<string> = {
  oid: 3802,
  length: null,
  bytesMax: (json) => 1 + text.bytesMax(json),
  write: (target, json, at) => {
    target.bytes[at] = JSONB_VERSION;
    return 1 + text.write(target, json, at + 1);
  },
};

/** A type for values that have to be converted first. */
export const converted = <From, To>(
  type: BinaryType<To>,
  convert: (value: From) => To,
): BinaryType<From> =>
  type.length === null
    ? {
        oid: type.oid,
        length: null,
        bytesMax: (value) => type.bytesMax(convert(value)),
        write: (target, value, at) => type.write(target, convert(value), at),
      }
    : {
        oid: type.oid,
        length: type.length,
        write: (target, value, at) => type.write(target, convert(value), at),
      };
