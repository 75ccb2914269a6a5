import { hash } from 'node:crypto';
import { BYTES_OF_A_UUID, putUuid } from './uuid-bytes.js';

// Whether an id is the UUID of version 5 that it should be, without making that: it is asked for every
// event and every command there is. (A spec holds it against those who make the ids.)

/** Of command ids: see the rules of the ledger. */
const COMMANDS = '3b5c1d5e-7a52-5c7e-8f0c-2d9f4e6a1b70';
const SHORT_NAME_CHARS = 400;
const BYTES_OF_A_CHARACTER_MAX = 3;
const parts = Buffer.alloc(BYTES_OF_A_UUID + SHORT_NAME_CHARS * BYTES_OF_A_CHARACTER_MAX);
/** Its beginnings by their lengths, each made once. */
const views: Uint8Array[] = [];

export const isEventIdOf = (id: string, commandId: string, revision: number): boolean =>
  isNamed(id, commandId, String(revision));

export const isCommandIdOf = (id: string, user: string, source: string, sent: string): boolean =>
  isNamed(id, COMMANDS, `${user}\0${source}\0${sent}`);

const DASHES: ReadonlySet<number> = new Set([8, 13, 18, 23]);
/** Where each hex digit of a hash stands in the text of a UUID. */
const PLACES = Uint8Array.from({ length: 36 }, (_, place) => place).filter((at) => !DASHES.has(at));
const VERSION_DIGIT = 12;
const VARIANT_DIGIT = 16;
const VERSION_PLACE = 14;
const VARIANT_PLACE = 19;
const VARIANT = '89ab';

function isNamed(id: string, namespace: string, name: string): boolean {
  const hex = hash('sha1', bytesOf(namespace, name), 'hex');
  const variant = VARIANT[Number.parseInt(hex.charAt(VARIANT_DIGIT), 16) & 3];
  if (id.length !== 36 || id[VERSION_PLACE] !== '5' || id[VARIANT_PLACE] !== variant) return false;
  for (let digit = 0; digit < PLACES.length; digit++) {
    if (digit === VERSION_DIGIT || digit === VARIANT_DIGIT) continue;
    if (id.charCodeAt(PLACES[digit] ?? 0) !== hex.charCodeAt(digit)) return false;
  }
  return true;
}

/** Good until the next call, for all names that senders may give. */
function bytesOf(namespace: string, name: string): Uint8Array {
  putUuid(parts, 0, namespace);
  if (name.length > SHORT_NAME_CHARS) {
    return Buffer.concat([parts.subarray(0, BYTES_OF_A_UUID), Buffer.from(name, 'utf8')]);
  }
  const length = BYTES_OF_A_UUID + parts.write(name, BYTES_OF_A_UUID, 'utf8');
  return (views[length] ??= parts.subarray(0, length));
}
