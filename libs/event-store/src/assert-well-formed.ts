import { PermanentStoreError, type EncodedEvent } from './port.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export function assertWellFormed(stream: string, events: readonly EncodedEvent[]): void {
  for (const { id, hash } of events) {
    if (UUID.test(id) && hash.length === 32) continue;
    throw new PermanentStoreError(
      'invalid-event',
      `event id "${id}" of stream ${stream} is not a lower-case UUID, or its hash does not have 32 bytes`,
    );
  }
}
