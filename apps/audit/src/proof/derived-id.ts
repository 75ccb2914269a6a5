import { hash } from 'node:crypto';
import { BYTES_OF_A_UUID, isUuidOfSha1, putAscii, putUuid } from './bytes.js';

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

const isNamed = (id: string, namespace: string, name: string): boolean =>
  isUuidOfSha1(id, hash('sha1', bytesOf(namespace, name), 'binary'));

/** Good until the next call, for all names that senders may give. */
function bytesOf(namespace: string, name: string): Uint8Array {
  putUuid(parts, 0, namespace);
  if (name.length > SHORT_NAME_CHARS) {
    return Buffer.concat([parts.subarray(0, BYTES_OF_A_UUID), Buffer.from(name, 'utf8')]);
  }
  const length =
    putAscii(parts, BYTES_OF_A_UUID, name) ??
    BYTES_OF_A_UUID + parts.write(name, BYTES_OF_A_UUID, 'utf8');
  return (views[length] ??= parts.subarray(0, length));
}
