import type { EncodedEvent } from '../port.js';
import { readUuid, writeUuid } from '#bytes';

const HASH_BYTES = 32;
const ID_BYTES = 16;

/** The id and the metadata that the server stores with the data of an event. */
export interface StoredParts {
  readonly id: string;
  readonly hash: Uint8Array;
  readonly meta: string;
}

/**
 * The server's id of an event is the first half of its chain hash, written as a UUID. The server
 * recognises a repeat by ids alone, so that the same id has to mean the same bytes at the same place.
 * The ledger's own id does not guarantee that (another process may give it to another answer to the
 * same command), and is stored in the metadata.
 */
export const serverEventId = (hash: Uint8Array): string => readUuid(hash, 0);

/** The hash, the ledger's event id and meta, as a Uint8Array, because the client encodes a Buffer as JSON. */
export function encodeMetadata({ id, hash, meta }: EncodedEvent): Uint8Array {
  const text = Buffer.from(meta, 'utf8');
  const metadata = new Uint8Array(HASH_BYTES + ID_BYTES + text.length);
  metadata.set(hash, 0);
  writeUuid(metadata, HASH_BYTES, id);
  metadata.set(text, HASH_BYTES + ID_BYTES);
  return metadata;
}

/**
 * Events in the earlier form have the ledger's id as the server's id, and no id in the metadata. That
 * tells the forms apart, because an id of 128 bits does not equal part of a SHA-256 that covers it by
 * chance. Null means neither form.
 */
export function parseMetadata(serverId: string, metadata: unknown): StoredParts | null {
  if (!(metadata instanceof Uint8Array) || metadata.length < HASH_BYTES) return null;
  const hash = metadata.slice(0, HASH_BYTES);
  if (serverId.toLowerCase() !== serverEventId(hash)) {
    return { id: serverId, hash, meta: decodeUtf8(metadata.subarray(HASH_BYTES)) };
  }
  const begin = HASH_BYTES + ID_BYTES;
  if (metadata.length < begin) return null;
  return { id: readUuid(metadata, HASH_BYTES), hash, meta: decodeUtf8(metadata.subarray(begin)) };
}

export const decodeUtf8 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
