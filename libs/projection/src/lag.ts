import type { EventStore, RecordedEvent } from '#event-store';
import { parseEvent } from '#ledger';
import type { Checkpoint } from '#read-model';

/** Farther behind than this is far behind: nobody needs the number, and it costs reading. */
export const LAG_EVENTS_MAX = 10_000;
const PAGE_EVENTS = 1_000;

export interface MeasuredLag {
  readonly events: number;
  readonly seconds: number;
}

/** How far a version is behind the store: what it has not seen, and how old the oldest of that is. */
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

/** null: it can't be read, and that is what the tables wait for. */
function receivedAtOf(recorded: RecordedEvent): string | null {
  try {
    return parseEvent(recorded).receivedAt;
  } catch {
    return null;
  }
}
