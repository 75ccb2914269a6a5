import { hash } from 'node:crypto';

// Whether an id is the UUID of version 5 that it should be, without making that: it is asked for every
// event and every command there is. (A spec holds it against those who make the ids.)

const NAMESPACE_BYTES = 16;
const VARIANT = '89ab';
/** Of command ids: see the rules of the ledger. */
const COMMANDS = '3b5c1d5e-7a52-5c7e-8f0c-2d9f4e6a1b70';
const SHORT_NAME_CHARS = 400;
const BYTES_OF_A_CHARACTER_MAX = 3;
const parts = Buffer.alloc(NAMESPACE_BYTES + SHORT_NAME_CHARS * BYTES_OF_A_CHARACTER_MAX);

/** The 32 hex digits of a UUID. */
export const dashless = (uuid: string): string =>
  uuid.slice(0, 8) + uuid.slice(9, 13) + uuid.slice(14, 18) + uuid.slice(19, 23) + uuid.slice(24);

export const isEventIdOf = (id: string, commandId: string, revision: number): boolean =>
  isNamed(id, commandId, String(revision));

export const isCommandIdOf = (id: string, user: string, source: string, sent: string): boolean =>
  isNamed(id, COMMANDS, `${user}\0${source}\0${sent}`);

function isNamed(id: string, namespace: string, name: string): boolean {
  const hex = hash('sha1', bytesOf(namespace, name), 'hex');
  const found = dashless(id);
  return (
    found.length === 32 &&
    found.startsWith(hex.slice(0, 12)) &&
    found[12] === '5' &&
    found.slice(13, 16) === hex.slice(13, 16) &&
    found[16] === VARIANT[Number.parseInt(hex.charAt(16), 16) & 3] &&
    found.slice(17) === hex.slice(17, 32)
  );
}

/** Good until the next call, for all names that senders may give. */
function bytesOf(namespace: string, name: string): Uint8Array {
  if (name.length > SHORT_NAME_CHARS) {
    return Buffer.concat([Buffer.from(dashless(namespace), 'hex'), Buffer.from(name, 'utf8')]);
  }
  parts.write(dashless(namespace), 0, 'hex');
  return parts.subarray(0, NAMESPACE_BYTES + parts.write(name, NAMESPACE_BYTES, 'utf8'));
}
