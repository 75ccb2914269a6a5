import { binaryEvent, type EventData, type ResolvedEvent } from '@eventstore/db-client';
import {
  PermanentStoreError,
  type DamagedRecord,
  type EncodedEvent,
  type RecordedEvent,
} from '../port.js';
import { isDamaged } from '../damaged-record.js';
import { formatPosition } from './esdb-position.js';

const HASH_BYTES = 32;

/**
 * Bytes only: what the client would write as JSON are other bytes than were hashed, and what JSON
 * can't hold throws inside it. The metadata is the hash and then meta; it must be a plain
 * Uint8Array, since a Buffer would go out as JSON.
 */
export function toEventData(event: EncodedEvent): EventData {
  const meta = Buffer.from(event.meta, 'utf8');
  const metadata = new Uint8Array(HASH_BYTES + meta.length);
  metadata.set(event.hash, 0);
  metadata.set(meta, HASH_BYTES);
  return binaryEvent({
    id: event.id,
    type: event.type,
    data: Buffer.from(event.data, 'utf8'),
    metadata,
  });
}

/** What stands in one of our streams: an event, or what somebody else has done to it. */
export function readRecord({ event }: ResolvedEvent): RecordedEvent | DamagedRecord {
  if (event?.position === undefined) {
    throw new PermanentStoreError(
      'misconfigured',
      'the server does not say where events are: it must be of version 22.6 or later',
    );
  }
  const { streamId: stream, type, data, metadata } = event;
  const position = formatPosition(event.position);
  if (type === '$streamDeleted') {
    const detail = `somebody has deleted stream ${stream}`;
    return { stream, position, revision: null, code: 'stream-deleted', detail };
  }
  const revision = Number(event.revision);
  if (!(data instanceof Uint8Array && isStoredMeta(metadata))) {
    const detail = `revision ${revision} of stream ${stream} was not written by this store`;
    return { stream, position, revision, code: 'unreadable-record', detail };
  }
  return {
    id: event.id,
    type,
    data: textOf(data),
    meta: textOf(metadata.subarray(HASH_BYTES)),
    hash: metadata.slice(0, HASH_BYTES),
    stream,
    revision,
    position,
  };
}

/** Of a stream that is read alone: whatever else somebody wrote into it is nothing to skip. */
export function fromResolved(resolved: ResolvedEvent): RecordedEvent {
  const record = readRecord(resolved);
  if (!isDamaged(record)) return record;
  const code = record.code === 'stream-deleted' ? 'stream-deleted' : 'broken-order';
  throw new PermanentStoreError(code, record.detail);
}

const isStoredMeta = (metadata: unknown): metadata is Uint8Array =>
  metadata instanceof Uint8Array && metadata.length >= HASH_BYTES;

const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
