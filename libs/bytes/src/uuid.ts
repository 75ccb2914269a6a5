const UUID_CHARS = 36;
const HYPHEN = 0x2d;
const NOT_HEX = 0xff;

/** Values of hex digits for each of the 2^16 character codes, so that no lookup is out of bounds. */
const HEX_VALUES = new Uint8Array(2 ** 16).fill(NOT_HEX);
for (const digit of '0123456789abcdefABCDEF') {
  HEX_VALUES[digit.charCodeAt(0)] = Number.parseInt(digit, 16);
}

/** Where the two digits of each byte stand in the text of a UUID. */
const BYTE_OFFSETS = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34] as const;

const hexValue = (text: string, offset: number): number =>
  HEX_VALUES[text.charCodeAt(offset)] ?? NOT_HEX;

/** Writes the 16 bytes of a UUID in either case. Anything else is a TypeError. */
export function writeUuid(bytes: Uint8Array, at: number, uuid: string): void {
  let digits = hasUuidShape(uuid) ? 0 : NOT_HEX;
  let next = at;
  for (const offset of BYTE_OFFSETS) {
    const high = hexValue(uuid, offset);
    const low = hexValue(uuid, offset + 1);
    digits |= high | low;
    bytes[next++] = (high << 4) | low;
  }
  if (digits > 0xf) throw new TypeError(`"${uuid}" is not a UUID`);
}

const hasUuidShape = (text: string): boolean =>
  text.length === UUID_CHARS &&
  text.charCodeAt(8) === HYPHEN &&
  text.charCodeAt(13) === HYPHEN &&
  text.charCodeAt(18) === HYPHEN &&
  text.charCodeAt(23) === HYPHEN;

const HEX_OF_BYTE = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** The lower-case text of the UUID whose 16 bytes begin at that offset. */
export function readUuid(bytes: Uint8Array, at: number): string {
  const hex = (from: number, to: number): string => {
    let digits = '';
    for (let offset = at + from; offset < at + to; offset += 1) {
      digits += HEX_OF_BYTE[bytes[offset] ?? 0] ?? '';
    }
    return digits;
  };
  return `${hex(0, 4)}-${hex(4, 6)}-${hex(6, 8)}-${hex(8, 10)}-${hex(10, 16)}`;
}

const PREFIX_CHARS = 8;

/** The first 32 bits of a UUID as a number, by which UUIDs sort much faster than by their text. */
export function uuidPrefix(uuid: string): number {
  let prefix = 0;
  let digits = 0;
  for (let offset = 0; offset < PREFIX_CHARS; offset += 1) {
    const value = hexValue(uuid, offset);
    digits |= value;
    prefix = prefix * 16 + value;
  }
  if (digits > 0xf) throw new TypeError(`"${uuid}" is not a UUID`);
  return prefix;
}
