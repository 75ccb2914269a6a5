import { PermanentStoreError, type EncodedEvent } from './port.js';
import { APPEND_BYTES_MAX } from './limits.js';

/** What stands in front of meta where it is stored: the hash, and the event's id. */
const HASH_AND_ID_BYTES = 32 + 16;
/** An EventStoreDB counts two bytes for each character of the type. */
const BYTES_PER_TYPE_CHARACTER = 2;

/**
 * What an append counts for against the limit of the strictest store, an EventStoreDB of 24.10.4 or
 * later: one of 23.10 counts the data alone, so that what fits the one fits the other.
 */
export function appendBytes(events: readonly EncodedEvent[]): number {
  let size = 0;
  for (const { data, meta, type } of events) {
    size += Buffer.byteLength(data) + Buffer.byteLength(meta);
    size += HASH_AND_ID_BYTES + type.length * BYTES_PER_TYPE_CHARACTER;
  }
  return size;
}

export function assertAppendSize(stream: string, events: readonly EncodedEvent[]): void {
  const size = appendBytes(events);
  if (size <= APPEND_BYTES_MAX) return;
  throw new PermanentStoreError(
    'append-too-large',
    `an append of ${size} bytes to ${stream}: at most ${APPEND_BYTES_MAX} are taken`,
  );
}
