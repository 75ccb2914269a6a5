import { hash } from 'node:crypto';
import { writeUuid } from '#bytes';

const HASH_BYTES = 32;

/** The hash before the first event of a stream. */
export const CHAIN_START: Uint8Array = new Uint8Array(HASH_BYTES);

/** The parts of an event that its hash covers. */
export interface ChainedEvent {
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  readonly type: string;
  readonly data: string;
  readonly meta: string;
}

const TWO_TO_32 = 2 ** 32;

/**
 * Returns the hash as a string of one character a byte: on Node 20 that costs a fifth of a Hash
 * object and half of a Buffer.
 */
const sha256 = (data: string | Uint8Array): string => hash('sha256', data, 'binary');

/** There are only six types of event, so their hashes are kept; the bound is against misuse. */
const TYPE_HASHES_MAX = 64;
const typeHashes = new Map<string, string>();

function hashOfType(type: string): string {
  const known = typeHashes.get(type);
  if (known !== undefined) return known;
  const typeHash = sha256(type);
  if (typeHashes.size < TYPE_HASHES_MAX) typeHashes.set(type, typeHash);
  return typeHash;
}

/** Reused for every event. */
const input = Buffer.alloc(HASH_BYTES + 16 + 8 + 4 * HASH_BYTES);

/**
 * The hash of an event covers all its parts and the hash of the event before it. Every part has a
 * fixed length in the hashed bytes, so that one part can't be extended into the next.
 */
export function chainHash(before: Uint8Array, event: ChainedEvent): Uint8Array {
  const { revision } = event;
  if (before.length !== HASH_BYTES || !Number.isSafeInteger(revision)) {
    throw new TypeError(`no hash before revision ${revision} of ${event.stream}`);
  }
  input.set(before, 0);
  writeUuid(input, 32, event.id);
  input.writeUInt32BE(Math.floor(revision / TWO_TO_32), 48);
  input.writeUInt32BE(revision % TWO_TO_32, 52);
  input.write(sha256(event.stream), 56, 'latin1');
  input.write(hashOfType(event.type), 88, 'latin1');
  input.write(sha256(event.data), 120, 'latin1');
  input.write(sha256(event.meta), 152, 'latin1');
  return Buffer.from(sha256(input), 'latin1');
}
