// Ids and hashes of every event are compared and hashed, and seldom shown: they stay the bytes that they
// are. What is hashed is written byte by byte: a call of Buffer costs more than these short texts do.

/** A string of bytes, a character for each: half of what hex takes, and compared like any text. */
export type ByteString = string;

export const BYTES_OF_A_UUID = 16;

export const hexOf = (bytes: ByteString): string => Buffer.from(bytes, 'latin1').toString('hex');

export const bytesOfHex = (hex: string): ByteString => Buffer.from(hex, 'hex').toString('latin1');

export const bytesOfUuid = (uuid: string): ByteString => bytesOfHex(uuid.replaceAll('-', ''));

export function uuidOf(bytes: ByteString): string {
  const hex = hexOf(bytes);
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20)];
  return [...parts, hex.slice(20)].join('-');
}

/** Writes as many bytes as asked for, whatever is given: what is missing becomes zeros. */
export function putBytes(into: Uint8Array, offset: number, bytes: ByteString, count: number): void {
  for (let at = 0; at < count; at++) into[offset + at] = bytes.charCodeAt(at);
}

/** More than any byte, whichever digit it stands for. */
const NO_DIGIT = 0x100;
/** Values of hex digits by their character codes. */
const VALUES = new Uint16Array(128).fill(NO_DIGIT);
for (const [value, digit] of [...'0123456789abcdef'].entries()) VALUES[digit.charCodeAt(0)] = value;

/** Of two digits in lower case. */
const byteAt = (text: string, place: number): number =>
  ((VALUES[text.charCodeAt(place)] ?? NO_DIGIT) << 4) |
  (VALUES[text.charCodeAt(place + 1)] ?? NO_DIGIT);

const CHARS_OF_A_UUID = 36;
/** Where the two digits of each byte begin in the text of a UUID, and what stands between them. */
const PLACES = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34] as const;
const DASHES = [8, 13, 18, 23] as const;

/** Writes the bytes of a UUID in lower case. What is no UUID gives bytes of nothing in particular. */
export function putUuid(into: Uint8Array, offset: number, uuid: string): number {
  let at = offset;
  for (const place of PLACES) into[at++] = byteAt(uuid, place);
  return at;
}

const VERSION_BYTE = 6;
const VARIANT_BYTE = 8;

/** Of the UUID of version 5 that comes of that SHA-1. */
function uuidByte(sha1: ByteString, at: number): number {
  const byte = sha1.charCodeAt(at);
  if (at === VERSION_BYTE) return (byte & 0x0f) | 0x50;
  return at === VARIANT_BYTE ? (byte & 0x3f) | 0x80 : byte;
}

/** Whether a UUID as its bytes is the one that comes of that SHA-1. */
export function isUuidOfSha1(uuid: ByteString, sha1: ByteString): boolean {
  if (uuid.length !== BYTES_OF_A_UUID) return false;
  for (let at = 0; at < BYTES_OF_A_UUID; at++) {
    if (uuid.charCodeAt(at) !== uuidByte(sha1, at)) return false;
  }
  return true;
}

/** Whether a text is that UUID, in lower case. */
export function isTextOfSha1(text: string, sha1: ByteString): boolean {
  if (text.length !== CHARS_OF_A_UUID) return false;
  for (let at = 0; at < BYTES_OF_A_UUID; at++) {
    if (byteAt(text, PLACES[at] ?? 0) !== uuidByte(sha1, at)) return false;
  }
  return DASHES.every((place) => text[place] === '-');
}

const TWO_TO_32 = 2 ** 32;

/** Writes a whole number that is not negative into eight bytes, the highest first. */
export function putInt8(into: Buffer, offset: number, value: number): void {
  into.writeUInt32BE(Math.floor(value / TWO_TO_32), offset);
  into.writeUInt32BE(value % TWO_TO_32, offset + 4);
}

const ASCII_MAX = 0x7f;

/** Writes a text of ASCII and says where it ends; null: it holds something else, too. */
export function putAscii(into: Uint8Array, offset: number, text: string): number | null {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > ASCII_MAX) return null;
    into[offset + at] = code;
  }
  return offset + text.length;
}
