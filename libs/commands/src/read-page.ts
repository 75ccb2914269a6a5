import type { EventStore, RecordedEvent } from '#event-store';
import { damagedIfItsOwn } from './damaged-stream.js';

export async function readPage(
  store: EventStore,
  stream: string,
  from: number,
  limit: number,
): Promise<readonly RecordedEvent[]> {
  const page: RecordedEvent[] = [];
  try {
    for await (const event of store.readStream(stream, { from, limit })) page.push(event);
  } catch (error) {
    throw damagedIfItsOwn(stream, from + page.length, error);
  }
  return page;
}
