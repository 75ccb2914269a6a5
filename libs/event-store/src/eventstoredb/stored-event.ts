import { binaryEvent, type EventData, type ResolvedEvent } from '@eventstore/db-client';
import {
  PermanentStoreError,
  type DamagedRecord,
  type EncodedEvent,
  type RecordedEvent,
} from '../port.js';
import { isDamaged } from '../damaged-record.js';
import { deletedDetail } from './deleted-stream.js';
import { formatPosition } from './esdb-position.js';
import type { StreamNames } from './stream-names.js';
import { encodeMetadata, parseMetadata, serverEventId, decodeUtf8 } from './stored-form.js';

/** Data is sent as bytes, because the client would encode JSON into other bytes than were hashed. */
export const toEventData = (event: EncodedEvent): EventData =>
  binaryEvent({
    id: serverEventId(event.hash),
    type: event.type,
    data: Buffer.from(event.data, 'utf8'),
    metadata: encodeMetadata(event),
  });

/** Reads a record of one of our streams as an event, or as damage done by another program. */
export function readRecord(
  { event }: ResolvedEvent,
  names: StreamNames,
): RecordedEvent | DamagedRecord {
  if (event?.position === undefined) {
    throw new PermanentStoreError(
      'misconfigured',
      'the server does not report positions: version 22.6 or later is required',
    );
  }
  const { type, data, metadata } = event;
  const stream = names.ofLedger(event.streamId);
  const position = formatPosition(event.position);
  if (type === '$streamDeleted') {
    const detail = deletedDetail(stream);
    return { stream, position, revision: null, code: 'stream-deleted', detail };
  }
  const revision = Number(event.revision);
  const parts = parseMetadata(event.id, metadata);
  if (!(data instanceof Uint8Array) || parts === null) {
    const detail = `revision ${revision} of stream ${stream} was not written by this store`;
    return { stream, position, revision, code: 'unreadable-record', detail };
  }
  return {
    id: parts.id,
    type,
    data: decodeUtf8(data),
    meta: parts.meta,
    hash: parts.hash,
    stream,
    revision,
    position,
  };
}

/** Like readRecord, but throws for a record of another program, which a read of one stream must not skip. */
export function fromResolved(resolved: ResolvedEvent, names: StreamNames): RecordedEvent {
  const record = readRecord(resolved, names);
  if (!isDamaged(record)) return record;
  const code = record.code === 'stream-deleted' ? 'stream-deleted' : 'broken-order';
  throw new PermanentStoreError(code, record.detail);
}
