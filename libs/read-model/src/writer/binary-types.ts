import { epochMs } from '#ledger';

/**
 * How a value stands in the server's binary form: nothing to quote here, nothing to parse there.
 * https://www.postgresql.org/docs/current/protocol-overview.html#PROTOCOL-FORMAT-CODES
 */
export type BinaryType<T> = FixedType<T> | VariableType<T>;

/** Of values that all take the same. */
interface FixedType<T> {
  readonly oid: number;
  readonly length: number;
  readonly write: (view: DataView, value: T, at: number) => void;
}

interface VariableType<T> {
  readonly oid: number;
  readonly length: null;
  /** What a value takes at most. */
  readonly bytesMax: (value: T) => number;
  /** Gives how many bytes it took. */
  readonly write: (target: ByteTarget, value: T, at: number) => number;
}

/** As a view: Buffer's own writers check so much that they were a tenth of the projector's work. */
export interface ByteTarget {
  readonly bytes: Buffer;
  readonly view: DataView;
}

export function targetOf(length: number): ByteTarget {
  const bytes = Buffer.allocUnsafe(length);
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, length) };
}

const LENGTH_BYTES = 4;
const NULL_LENGTH = -1;

/** What the values of a column take at most, each with its length before it. */
export function columnBytesMax<R, T>(
  type: BinaryType<T>,
  rows: readonly R[],
  valueOf: (row: R, index: number) => T | null,
): number {
  if (type.length !== null) return rows.length * (LENGTH_BYTES + type.length);
  return rows.reduce((room, row, index) => {
    const value = valueOf(row, index);
    return room + LENGTH_BYTES + (value === null ? 0 : type.bytesMax(value));
  }, 0);
}

/** A value behind its length. Gives where the next one begins. */
export function writeField<T>(
  type: BinaryType<T>,
  target: ByteTarget,
  value: T | null,
  at: number,
): number {
  const { view } = target;
  const from = at + LENGTH_BYTES;
  if (value === null) {
    view.setInt32(at, NULL_LENGTH);
    return from;
  }
  if (type.length === null) {
    const length = type.write(target, value, from);
    view.setInt32(at, length);
    return from + length;
  }
  view.setInt32(at, type.length);
  type.write(view, value, from);
  return from + type.length;
}

const fixed = <T>(oid: number, length: number, write: FixedType<T>['write']): FixedType<T> => ({
  oid,
  length,
  write,
});

export const bool = fixed<boolean>(16, 1, (view, value, at) => view.setUint8(at, value ? 1 : 0));

export const int2 = fixed<number>(21, 2, (view, value, at) => {
  if ((value << 16) >> 16 !== value) throw new RangeError(`${value} is not an integer of 16 bits`);
  view.setInt16(at, value);
});

export const int4 = fixed<number>(23, 4, (view, value, at) => {
  if ((value | 0) !== value) throw new RangeError(`${value} is not an integer of 32 bits`);
  view.setInt32(at, value);
});

export const int8 = fixed(20, 8, writeInt8);

export const float8 = fixed<number>(701, 8, (view, value, at) => view.setFloat64(at, value));

const UINT32 = 4_294_967_296;

/** Microseconds count from here. */
const POSTGRES_EPOCH_MS = Date.UTC(2000, 0, 1);

/** Microseconds from the middle of 2285 on are more than a number can hold exactly: never one number. */
export const timestamptz = fixed<string>(1184, 8, (view, value, at) => {
  const ms = epochMs(value) - POSTGRES_EPOCH_MS;
  if (!Number.isSafeInteger(ms)) throw new RangeError(`"${value}" is not a time`);
  const high = Math.floor(ms / UINT32);
  const low = (ms - high * UINT32) * 1_000;
  const carry = Math.floor(low / UINT32);
  view.setInt32(at, high * 1_000 + carry);
  view.setUint32(at + 4, low - carry * UINT32);
});

export const uuid = fixed(2950, 16, writeUuid);

export const text: VariableType<string> = {
  oid: 25,
  length: null,
  bytesMax: (value) => 3 * value.length,
  write: ({ bytes }, value, from) => {
    // Most are short: a call to Buffer costs more than they do.
    let at = from;
    for (let place = 0; place < value.length; place++) {
      const code = value.charCodeAt(place);
      if (code < 0x80) {
        bytes[at++] = code;
      } else if (code < 0x8_00 || isSurrogate(code)) {
        return bytes.write(value, from, 'utf8');
      } else {
        bytes[at++] = 0xe0 | (code >> 12);
        bytes[at++] = 0x80 | ((code >> 6) & 0x3f);
        bytes[at++] = 0x80 | (code & 0x3f);
      }
    }
    return at - from;
  },
};

/** One half of a character. */
const isSurrogate = (code: number): boolean => code >= 0xd8_00 && code < 0xe0_00;

function writeInt8(view: DataView, value: number, at: number): void {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not a safe integer`);
  const high = Math.floor(value / UINT32);
  view.setInt32(at, high);
  view.setUint32(at + 4, value - high * UINT32);
}

const HYPHEN = 45;
/** Where four of its digits stand together, in order. */
const QUARTERS = [0, 4, 9, 14, 19, 24, 28, 32];
const NO_DIGIT = 0xff;

/** By character code. */
const DIGITS = new Uint8Array(2 ** 16).fill(NO_DIGIT);
for (const digit of '0123456789abcdefABCDEF') DIGITS[digit.charCodeAt(0)] = parseInt(digit, 16);

function writeUuid(view: DataView, value: string, at: number): void {
  if (!hasShapeOfUuid(value)) throw new TypeError(`"${value}" is not a UUID`);
  for (const from of QUARTERS) {
    view.setUint16(at, fourDigits(value, from));
    at += 2;
  }
}

const hasShapeOfUuid = (value: string): boolean =>
  value.length === 36 &&
  value.charCodeAt(8) === HYPHEN &&
  value.charCodeAt(13) === HYPHEN &&
  value.charCodeAt(18) === HYPHEN &&
  value.charCodeAt(23) === HYPHEN;

/** The first 32 bits of a UUID as a number. */
export const firstBits = (value: string): number =>
  fourDigits(value, 0) * 2 ** 16 + fourDigits(value, 4);

function fourDigits(value: string, from: number): number {
  const a = digit(value, from);
  const b = digit(value, from + 1);
  const c = digit(value, from + 2);
  const d = digit(value, from + 3);
  if ((a | b | c | d) === NO_DIGIT) throw new TypeError(`"${value}" is not a UUID`);
  return (a << 12) | (b << 8) | (c << 4) | d;
}

const digit = (value: string, place: number): number => DIGITS[value.charCodeAt(place)] ?? NO_DIGIT;
