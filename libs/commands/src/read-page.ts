import type { EventStore, RecordedEvent } from '#event-store';
import { asAccountDamaged } from './damaged-stream.js';

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
    throw asAccountDamaged(stream, from + page.length, error);
  }
  return page;
}
