import type pg from 'pg';
import { retry } from '#async';
import { FOLLOW_BATCH_MAX } from '../limits.js';
import {
  PermanentStoreError,
  type EventBatchSink,
  type Position,
  type RecordedEvent,
} from '../port.js';
import { positions } from './append-call.js';
import type { CommitNotifications } from './commit-notifications.js';
import type { PostgresObserver, ResolvedPostgresOptions } from './options.js';
import { head, readAll } from './read-queries.js';

/** Reads again until it succeeds. Returns null when the follower was aborted before. */
export type Reread = <T>(read: () => Promise<T>) => Promise<T | null>;

export async function follow(
  pool: pg.Pool,
  notifications: CommitNotifications,
  reread: Reread,
  after: Position | null,
  sink: EventBatchSink,
  signal: AbortSignal,
): Promise<void> {
  let from = after;
  const end = await reread(() => head(pool));
  if (end !== null && positions.parse(after) > end) {
    throw new PermanentStoreError(
      'broken-order',
      `cannot follow from ${after ?? 'the beginning'}: the store ends at ${end}`,
    );
  }
  while (!signal.aborted) {
    const { received } = notifications;
    const events = await reread(async () => (await readAll(pool, from, FOLLOW_BATCH_MAX)).events);
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

/** Positions are dense, so that a missing one was removed. */
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

/** Only an abort or a permanent error ends the retries of a follower. */
export function rereadUntilAborted(
  { backoffMsMin, backoffMsMax }: ResolvedPostgresOptions,
  observer: PostgresObserver,
  signal: AbortSignal,
): Reread {
  return async (read) => {
    try {
      return await retry(read, {
        backoffMsMin,
        backoffMsMax,
        totalMsMax: Infinity,
        isRetried: (error) => !(error instanceof PermanentStoreError),
        onRetry: (cause, delayMs) => observer.followInterrupted?.(cause, delayMs),
        signal,
      });
    } catch (error) {
      if (error instanceof PermanentStoreError || !signal.aborted) throw error;
      return null;
    }
  };
}
