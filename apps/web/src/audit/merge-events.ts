import type { StoredEvent } from '#contracts';

/** Newest first, each once. If there is a gap, the events before it are dropped. */
export function mergeEvents(
  known: readonly StoredEvent[],
  more: readonly StoredEvent[],
): readonly StoredEvent[] {
  const byRevision = new Map([...known, ...more].map((event) => [event.revision, event]));
  const events = [...byRevision.values()].sort((a, b) => b.revision - a.revision);
  const gap = events.findIndex(
    ({ revision }, i) => i > 0 && events[i - 1]?.revision !== revision + 1,
  );
  return gap < 0 ? events : events.slice(0, gap);
}
