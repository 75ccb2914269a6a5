import { hash } from 'node:crypto';
import { BYTES_OF_A_UUID, putBytes, putInt8, type ByteString } from '../store/byte-strings.js';
import type { StoredEvent } from '../store/event-source.js';

// The chain of one account, computed here anew: an auditor does not take the writer's word, nor its
// code. (A spec holds both against the golden vector.)

const BYTES_OF_A_HASH = 32;
export const CHAIN_START: ByteString = '\0'.repeat(BYTES_OF_A_HASH);

const PREVIOUS_HASH_OFFSET = 0;
const ID_OFFSET = 32;
const REVISION_OFFSET = 48;
const STREAM_HASH_OFFSET = 56;
const TYPE_HASH_OFFSET = 88;
const DATA_HASH_OFFSET = 120;
const META_HASH_OFFSET = 152;
const INPUT_BYTES = 184;
const TYPES_MAX = 64;

const sha256 = (text: string | Buffer): ByteString => hash('sha256', text, 'binary');
const writeHash = (into: Uint8Array, offset: number, bytes: ByteString): void =>
  putBytes(into, offset, bytes, BYTES_OF_A_HASH);
const typeHashes = new Map<string, ByteString>();

/** There are a handful of types; a store that was tampered with may name any number. */
function typeHash(type: string): ByteString {
  const known = typeHashes.get(type);
  if (known !== undefined) return known;
  const made = sha256(type);
  if (typeHashes.size < TYPES_MAX) typeHashes.set(type, made);
  return made;
}

export type HashedFields = Pick<StoredEvent, 'idBytes' | 'revision' | 'type' | 'data' | 'meta'>;

/** Hashes of the events of one stream, by the hash before each. */
export class HashChain {
  readonly #parts = Buffer.alloc(INPUT_BYTES);
  #type: string | null = null;

  constructor(stream: string) {
    writeHash(this.#parts, STREAM_HASH_OFFSET, sha256(stream));
  }

  hashOf(previous: ByteString, event: HashedFields): ByteString {
    const parts = this.#parts;
    writeHash(parts, PREVIOUS_HASH_OFFSET, previous);
    putBytes(parts, ID_OFFSET, event.idBytes, BYTES_OF_A_UUID);
    putInt8(parts, REVISION_OFFSET, event.revision);
    if (event.type !== this.#type) {
      this.#type = event.type;
      writeHash(parts, TYPE_HASH_OFFSET, typeHash(event.type));
    }
    writeHash(parts, DATA_HASH_OFFSET, sha256(event.data));
    writeHash(parts, META_HASH_OFFSET, sha256(event.meta));
    return sha256(parts);
  }
}
