import { PermanentStoreError, type EncodedEvent } from './port.js';
import { APPEND_BYTES_MAX } from './limits.js';

export function sizeOf(events: readonly EncodedEvent[]): number {
  let size = 0;
  for (const { data, meta } of events) size += Buffer.byteLength(data) + Buffer.byteLength(meta);
  return size;
}

export function refuseTooLarge(stream: string, events: readonly EncodedEvent[]): void {
  const size = sizeOf(events);
  if (size <= APPEND_BYTES_MAX) return;
  throw new PermanentStoreError(
    'append-too-large',
    `an append of ${size} bytes to ${stream}: at most ${APPEND_BYTES_MAX} are taken`,
  );
}
