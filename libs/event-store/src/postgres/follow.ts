import type pg from 'pg';
import { FOLLOW_BATCH_MAX } from '../limits.js';
import {
  PermanentStoreError,
  type EventBatchSink,
  type Position,
  type RecordedEvent,
} from '../port.js';
import { pause } from '../wait.js';
import { positions } from './append-call.js';
import type { CommitNotifications } from './commit-notifications.js';
import type { PostgresObserver, ResolvedPostgresOptions } from './options.js';
import { head, readAll } from './read-queries.js';

/** A look at the store that goes on until it succeeds, or nobody wants it any more. */
type Retry = <T>(operation: () => Promise<T>) => Promise<T | null>;

export async function follow(
  pool: pg.Pool,
  notifications: CommitNotifications,
  retry: Retry,
  after: Position | null,
  sink: EventBatchSink,
  signal: AbortSignal,
): Promise<void> {
  let from = after;
  const end = await retry(() => head(pool));
  if (end !== null && positions.parse(after) > end) {
    throw new PermanentStoreError(
      'broken-order',
      `asked to follow from ${after ?? 'the beginning'}, but the store ends at ${end}`,
    );
  }
  while (!signal.aborted) {
    const received = notifications.received;
    const events = await retry(async () => (await readAll(pool, from, FOLLOW_BATCH_MAX)).events);
    const last = events?.at(-1);
    if (events === null || last === undefined) {
      await notifications.wait(received, signal);
      continue;
    }
    assertDensePositions(from, events);
    if (signal.aborted) return;
    await sink({ events, next: last.position });
    from = last.position;
  }
}

/** Positions are dense: what is missing was taken away. */
function assertDensePositions(after: Position | null, events: readonly RecordedEvent[]): void {
  let place = positions.parse(after);
  for (const { position } of events) {
    place += 1;
    if (positions.parse(position) === place) continue;
    throw new PermanentStoreError(
      'broken-order',
      `position ${place} of the event store is missing: ${position} comes next`,
    );
  }
}

export function retryUntilAborted(
  { backoffMsMin: backOffMsMin, backoffMsMax: backOffMsMax }: ResolvedPostgresOptions,
  observer: PostgresObserver,
  signal: AbortSignal,
): Retry {
  return async (operation) => {
    for (let waitMs = backOffMsMin; ; waitMs = Math.min(backOffMsMax, waitMs * 2)) {
      if (signal.aborted) return null;
      try {
        return await operation();
      } catch (cause) {
        if (cause instanceof PermanentStoreError) throw cause;
        observer.followInterrupted?.(cause, waitMs);
        await pause(waitMs, signal);
      }
    }
  };
}
