import { hash } from 'node:crypto';
import { BYTES_OF_A_UUID, putBytes, putInt8, type ByteString } from '../store/byte-strings.js';
import type { StoredEvent } from '../store/event-source.js';

// The chain of one account, computed here anew: an auditor does not take the writer's word, nor its
// code. (A spec holds both against the golden vector.)

const BYTES_OF_A_HASH = 32;
export const CHAIN_START: ByteString = '\0'.repeat(BYTES_OF_A_HASH);

const BEFORE = 0;
const ID = 32;
const REVISION = 48;
const STREAM = 56;
const TYPE = 88;
const DATA = 120;
const META = 152;
const LENGTH = 184;
const TYPES_MAX = 64;

const sha256 = (text: string | Buffer): ByteString => hash('sha256', text, 'binary');
const putHash = (into: Uint8Array, offset: number, bytes: ByteString): void =>
  putBytes(into, offset, bytes, BYTES_OF_A_HASH);
const typeHashes = new Map<string, ByteString>();

/** There are a handful of types; a store that was tampered with may name any number. */
function hashOfType(type: string): ByteString {
  const known = typeHashes.get(type);
  if (known !== undefined) return known;
  const made = sha256(type);
  if (typeHashes.size < TYPES_MAX) typeHashes.set(type, made);
  return made;
}

export type Chained = Pick<StoredEvent, 'idBytes' | 'revision' | 'type' | 'data' | 'meta'>;

/** Hashes of the events of one stream, by the hash before each. */
export class AccountChain {
  readonly #parts = Buffer.alloc(LENGTH);
  #type: string | null = null;

  constructor(stream: string) {
    putHash(this.#parts, STREAM, sha256(stream));
  }

  hashOf(before: ByteString, event: Chained): ByteString {
    const parts = this.#parts;
    putHash(parts, BEFORE, before);
    putBytes(parts, ID, event.idBytes, BYTES_OF_A_UUID);
    putInt8(parts, REVISION, event.revision);
    if (event.type !== this.#type) {
      this.#type = event.type;
      putHash(parts, TYPE, hashOfType(event.type));
    }
    putHash(parts, DATA, sha256(event.data));
    putHash(parts, META, sha256(event.meta));
    return sha256(parts);
  }
}
