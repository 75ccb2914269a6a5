import type pg from 'pg';
import { FOLLOW_BATCH_MAX } from '../limits.js';
import { PermanentStoreError, type BatchSink, type Position, type RecordedEvent } from '../port.js';
import { pause } from '../wait.js';
import { positions } from './append-call.js';
import type { CommitHints } from './commit-hints.js';
import type { PostgresObserver, Settings } from './options.js';
import { head, readAll } from './reading.js';

/** A look at the store that goes on until it succeeds, or nobody wants it any more. */
type Persist = <T>(look: () => Promise<T>) => Promise<T | null>;

export async function follow(
  pool: pg.Pool,
  hints: CommitHints,
  persist: Persist,
  after: Position | null,
  sink: BatchSink,
  signal: AbortSignal,
): Promise<void> {
  let from = after;
  const end = await persist(() => head(pool));
  if (end !== null && positions.parse(after) > end) {
    throw new PermanentStoreError(
      'broken-order',
      `asked to follow from ${after ?? 'the beginning'}, but the store ends at ${end}`,
    );
  }
  while (!signal.aborted) {
    const heard = hints.heard;
    const events = await persist(async () => (await readAll(pool, from, FOLLOW_BATCH_MAX)).events);
    const last = events?.at(-1);
    if (events === null || last === undefined) {
      await hints.wait(heard, signal);
      continue;
    }
    refuseHole(from, events);
    if (signal.aborted) return;
    await sink({ events, next: last.position });
    from = last.position;
  }
}

/** Positions are dense: what is missing was taken away. */
function refuseHole(after: Position | null, events: readonly RecordedEvent[]): void {
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

export function persistently(
  { backOffMsMin, backOffMsMax }: Settings,
  observer: PostgresObserver,
  signal: AbortSignal,
): Persist {
  return async (look) => {
    for (let waitMs = backOffMsMin; ; waitMs = Math.min(backOffMsMax, waitMs * 2)) {
      if (signal.aborted) return null;
      try {
        return await look();
      } catch (cause) {
        if (cause instanceof PermanentStoreError) throw cause;
        observer.followInterrupted?.(cause, waitMs);
        await pause(waitMs, signal);
      }
    }
  };
}
