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

const DASH = '-'.charCodeAt(0);
const NINE = '9'.charCodeAt(0);
const ZERO = '0'.charCodeAt(0);
const TEN = 'a'.charCodeAt(0) - 10;

/** A namespace is one of our own ids: a UUID in lower case. */
function writeDigits(uuid: string): void {
  for (let at = 0, digit = 0; at < uuid.length; at++) {
    const code = uuid.charCodeAt(at);
    if (code === DASH) continue;
    const value = code - (code > NINE ? TEN : ZERO);
    const byte = digit >> 1;
    parts[byte] = digit % 2 === 0 ? value << 4 : (parts[byte] ?? 0) | value;
    digit++;
  }
}
