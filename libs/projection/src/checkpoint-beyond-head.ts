import type { EventStore } from '#event-store';
import type { Checkpoint } from '#read-model';

/**
 * The tables have seen more than the store holds: an older backup of it was restored, or this is
 * another store. Nothing that they show can be trusted.
 */
export class CheckpointBeyondHead extends Error {
  override readonly name = 'CheckpointBeyondHead';
}

export async function requireNotBeyondHead(
  store: Pick<EventStore, 'head' | 'readAll'>,
  { position, lastEvent }: Checkpoint,
): Promise<void> {
  if (position === null) return;
  // Refuses a position of another kind of store.
  await store.readAll(position, 1);
  const head = await store.head();
  if (lastEvent !== null && (head === null || lastEvent > head)) {
    throw new CheckpointBeyondHead(
      `the read tables have event ${lastEvent}, the event store ends at ${head ?? 'its beginning'}`,
    );
  }
}
