import type { EventStore, RecordedEvent } from '#event-store';
import { parseEvent } from '#ledger';
import type { Checkpoint } from '#read-model';

/** Counting ends here, because a longer lag needs no exact number and every event must be read. */
export const LAG_EVENTS_MAX = 10_000;
const PAGE_EVENTS = 1_000;

export interface MeasuredLag {
  readonly events: number;
  readonly seconds: number;
}

/** How far a version is behind the store: the number of missing events, and the age of the oldest. */
export async function measureLag(
  store: Pick<EventStore, 'readAll'>,
  checkpoint: Pick<Checkpoint, 'position' | 'committedAt'>,
  now: () => number,
): Promise<MeasuredLag> {
  let after = checkpoint.position;
  let events = 0;
  let oldest: RecordedEvent | undefined;
  for (;;) {
    const page = await store.readAll(after, PAGE_EVENTS);
    oldest ??= page.events[0];
    events += page.events.length + (page.damaged?.length ?? 0);
    after = page.next;
    if (page.atHead || events >= LAG_EVENTS_MAX) break;
  }
  if (events === 0) return { events: 0, seconds: 0 };
  const at = oldest === undefined ? null : receivedAtOf(oldest);
  const since = Date.parse(at ?? checkpoint.committedAt);
  return { events, seconds: Math.max(0, (now() - since) / 1000) };
}

/** null: the event can't be read, which is why the tables have stopped at it. */
function receivedAtOf(recorded: RecordedEvent): string | null {
  try {
    return parseEvent(recorded).receivedAt;
  } catch {
    return null;
  }
}
