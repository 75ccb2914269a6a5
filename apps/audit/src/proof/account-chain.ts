import { hash } from 'node:crypto';
import { putHash, putHexHash, putInt8, putUuid } from './bytes.js';

// The chain of one account, computed here anew: an auditor does not take the writer's word, nor its
// code. (A spec holds both against the golden vector.)

export const CHAIN_START = '0'.repeat(64);

const BEFORE = 0;
const ID = 32;
const REVISION = 48;
const STREAM = 56;
const TYPE = 88;
const DATA = 120;
const META = 152;
const LENGTH = 184;
const TYPES_MAX = 64;

/** As a string of bytes. */
const sha256 = (text: string): string => hash('sha256', text, 'binary');
const typeHashes = new Map<string, string>();

/** There are a handful of types; a store that was tampered with may name any number. */
function hashOfType(type: string): string {
  const known = typeHashes.get(type);
  if (known !== undefined) return known;
  const made = sha256(type);
  if (typeHashes.size < TYPES_MAX) typeHashes.set(type, made);
  return made;
}

export interface Chained {
  readonly id: string;
  readonly revision: number;
  readonly type: string;
  readonly data: string;
  readonly meta: string;
}

/** Hashes of the events of one stream, by the hash before each; all in hex. */
export class AccountChain {
  readonly #parts = Buffer.alloc(LENGTH);
  #type: string | null = null;

  constructor(stream: string) {
    putHash(this.#parts, STREAM, sha256(stream));
  }

  hashOf(before: string, event: Chained): string {
    const parts = this.#parts;
    putHexHash(parts, BEFORE, before);
    putUuid(parts, ID, event.id);
    putInt8(parts, REVISION, event.revision);
    if (event.type !== this.#type) {
      this.#type = event.type;
      putHash(parts, TYPE, hashOfType(event.type));
    }
    putHash(parts, DATA, sha256(event.data));
    putHash(parts, META, sha256(event.meta));
    return hash('sha256', parts, 'hex');
  }
}
