import { hash } from 'node:crypto';
import { writeInt64, writeUuid } from '#bytes';

const HASH_BYTES = 32;

/** What the chain of a stream begins with. */
export const CHAIN_START: Uint8Array = new Uint8Array(HASH_BYTES);

/** The parts of an event that its hash covers. */
export interface Hashable {
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  readonly type: string;
  readonly data: string;
  readonly meta: string;
}

/** As a string of bytes: a fifth of what a Hash object costs, and half of a buffer, on Node 20. */
const sha256 = (data: string | Uint8Array): string => hash('sha256', data, 'binary');

/** There are a handful of types. */
const TYPES_MAX = 64;
const typeHashes = new Map<string, string>();

function hashOfType(type: string): string {
  const known = typeHashes.get(type);
  if (known !== undefined) return known;
  const made = sha256(type);
  if (typeHashes.size < TYPES_MAX) typeHashes.set(type, made);
  return made;
}

/** Reused for every event. */
const parts = Buffer.alloc(32 + 16 + 8 + 4 * 32);
const view = new DataView(parts.buffer, parts.byteOffset, parts.byteLength);

/**
 * The hash of an event: everything it says, and the hash before it. Fixed-length parts, so that
 * fields can't run together.
 */
export function chainHash(before: Uint8Array, event: Hashable): Uint8Array {
  const { revision } = event;
  if (before.length !== HASH_BYTES || !Number.isSafeInteger(revision)) {
    throw new TypeError(`no hash before revision ${revision} of ${event.stream}`);
  }
  parts.set(before, 0);
  writeUuid(parts, 32, event.id);
  writeInt64(view, 48, revision);
  parts.write(sha256(event.stream), 56, 'latin1');
  parts.write(hashOfType(event.type), 88, 'latin1');
  parts.write(sha256(event.data), 120, 'latin1');
  parts.write(sha256(event.meta), 152, 'latin1');
  return Buffer.from(sha256(parts), 'latin1');
}
