import type { EventStore, RecordedEvent } from '#event-store';

export async function readPage(
  store: EventStore,
  stream: string,
  from: number,
  limit: number,
): Promise<readonly RecordedEvent[]> {
  const page: RecordedEvent[] = [];
  for await (const event of store.readStream(stream, { from, limit })) page.push(event);
  return page;
}
