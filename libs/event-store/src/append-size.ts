import { PermanentStoreError, type EncodedEvent } from './port.js';
import { APPEND_BYTES_MAX } from './limits.js';

/** The hash and the event's id are stored in front of meta. */
const HASH_AND_ID_BYTES = 32 + 16;
/** An EventStoreDB counts two bytes for each character of the type. */
const BYTES_PER_TYPE_CHARACTER = 2;

/**
 * The size of an append as the strictest store counts it, which is EventStoreDB 24.10.4 or later.
 * Version 23.10 counts only the data, so that an append which fits the former fits the latter.
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
    `an append of ${size} bytes to ${stream} exceeds the maximum of ${APPEND_BYTES_MAX}`,
  );
}
