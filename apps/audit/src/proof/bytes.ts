// What is hashed is written byte by byte: a call of Buffer costs more than these short texts do.

export const BYTES_OF_A_UUID = 16;
const BYTES_OF_A_HASH = 32;

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
export function putUuid(bytes: Uint8Array, offset: number, uuid: string): void {
  let at = offset;
  for (const place of PLACES) bytes[at++] = byteAt(uuid, place);
}

const VERSION_BYTE = 6;
const VARIANT_BYTE = 8;

/** Whether a text is the UUID of version 5, in lower case, that comes of that SHA-1 as a string of bytes. */
export function isUuidOfSha1(text: string, sha1: string): boolean {
  if (text.length !== CHARS_OF_A_UUID) return false;
  for (let at = 0; at < BYTES_OF_A_UUID; at++) {
    let byte = sha1.charCodeAt(at);
    if (at === VERSION_BYTE) byte = (byte & 0x0f) | 0x50;
    else if (at === VARIANT_BYTE) byte = (byte & 0x3f) | 0x80;
    if (byteAt(text, PLACES[at] ?? 0) !== byte) return false;
  }
  return DASHES.every((place) => text[place] === '-');
}

/** Writes a hash that is given in hex: as many bytes as a hash has, whatever is given. */
export function putHexHash(bytes: Uint8Array, offset: number, hex: string): void {
  for (let at = 0; at < BYTES_OF_A_HASH; at++) bytes[offset + at] = byteAt(hex, 2 * at);
}

/** Writes a hash that is given as a string of its bytes. */
export function putHash(bytes: Uint8Array, offset: number, binary: string): void {
  for (let at = 0; at < BYTES_OF_A_HASH; at++) bytes[offset + at] = binary.charCodeAt(at);
}

const TWO_TO_32 = 2 ** 32;

/** Writes a whole number that is not negative into eight bytes, the highest first. */
export function putInt8(bytes: Buffer, offset: number, value: number): void {
  bytes.writeUInt32BE(Math.floor(value / TWO_TO_32), offset);
  bytes.writeUInt32BE(value % TWO_TO_32, offset + 4);
}

const ASCII_MAX = 0x7f;

/** Writes a text of ASCII and says where it ends; null: it holds something else, too. */
export function putAscii(bytes: Uint8Array, offset: number, text: string): number | null {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > ASCII_MAX) return null;
    bytes[offset + at] = code;
  }
  return offset + text.length;
}
