import { hash } from 'node:crypto';

const VARIANT = '89ab';
const SPACE_BYTES = 16;
/** Of names that need no buffer of their own: all but those of senders with very long ids. */
const SHORT_NAME_CHARS = 600;
const BYTES_OF_A_CHARACTER_MAX = 3;
/** Filled anew for each id. */
const parts = Buffer.alloc(SPACE_BYTES + SHORT_NAME_CHARS * BYTES_OF_A_CHARACTER_MAX);

/** UUID version 5 of RFC 9562. (The same as that of the package `uuid`, at a fifth of its price.) */
export function uuidOf(namespace: string, name: string): string {
  const hex = hash('sha1', partsOf(namespace, name), 'hex');
  const variant = VARIANT[Number.parseInt(hex.charAt(16), 16) & 3] ?? '';
  return (
    `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-` +
    `${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
  );
}

function partsOf(namespace: string, name: string): Uint8Array {
  writeDigits(namespace);
  if (name.length > SHORT_NAME_CHARS) {
    return Buffer.concat([parts.subarray(0, SPACE_BYTES), Buffer.from(name, 'utf8')]);
  }
  return parts.subarray(0, SPACE_BYTES + parts.write(name, SPACE_BYTES, 'utf8'));
}

/** Values of hex digits by their character codes. */
const NO_DIGIT = 0xff;
const VALUES = new Uint8Array(128).fill(NO_DIGIT);
for (const [value, digit] of [...'0123456789abcdef'].entries()) {
  VALUES[digit.charCodeAt(0)] = value;
}
/** Where the two digits of each byte begin in the text of a UUID. */
const PLACES = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34] as const;

/** A namespace is one of our own ids: a UUID in lower case. */
function writeDigits(uuid: string): void {
  let digits = 0;
  let byte = 0;
  for (const place of PLACES) {
    const high = VALUES[uuid.charCodeAt(place)] ?? NO_DIGIT;
    const low = VALUES[uuid.charCodeAt(place + 1)] ?? NO_DIGIT;
    digits |= high | low;
    parts[byte++] = (high << 4) | low;
  }
  if (digits > 0xf || uuid.length !== 36) throw new TypeError(`"${uuid}" is no UUID in lower case`);
}
