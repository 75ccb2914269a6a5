import type { EventStore } from '#event-store';
import type { Checkpoint } from '#read-model';

/**
 * The tables are ahead of the store: an older backup of the store was restored, or this is another
 * store. Nothing in the tables can be trusted.
 */
export class CheckpointBeyondHead extends Error {
  override readonly name = 'CheckpointBeyondHead';
}

export async function requireNotBeyondHead(
  store: Pick<EventStore, 'head' | 'readAll'>,
  { position, lastEvent }: Checkpoint,
): Promise<void> {
  if (position === null) return;
  // The store rejects a position of another kind of store.
  await store.readAll(position, 1);
  const head = await store.head();
  if (lastEvent !== null && (head === null || lastEvent > head)) {
    throw new CheckpointBeyondHead(
      `the read tables have event ${lastEvent}, the event store ends at ${head ?? 'its beginning'}`,
    );
  }
}
