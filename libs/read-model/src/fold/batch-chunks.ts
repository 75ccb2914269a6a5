import type { EventBatch } from '#event-store';

type Records = Pick<EventBatch, 'events' | 'damaged'>;

/** Decoded, an event takes several times as much. Only those of a take-over are large. */
const CHUNK_CHARACTERS_MAX = 4 * 1024 * 1024;

/** Splits a batch into parts of at most `eventsMax` events, each with the damaged records among them. */
export function* chunksOfBatch(
  { events, damaged = [] }: EventBatch,
  eventsMax: number,
): Generator<Records> {
  let nextDamaged = 0;
  for (let from = 0; from < events.length;) {
    const slice = events.slice(from, endOfChunk(events, from, eventsMax));
    from += slice.length;
    const end = slice.at(-1)?.position ?? '';
    const isLast = from >= events.length;
    const firstDamaged = nextDamaged;
    while (
      nextDamaged < damaged.length &&
      (isLast || (damaged[nextDamaged]?.position ?? '') <= end)
    )
      nextDamaged += 1;
    yield { events: slice, damaged: damaged.slice(firstDamaged, nextDamaged) };
  }
  if (events.length === 0 && damaged.length > 0) yield { events, damaged };
}

/** At least one event makes a chunk. */
function endOfChunk(events: EventBatch['events'], from: number, eventsMax: number): number {
  const last = Math.min(events.length, from + eventsMax);
  let characters = 0;
  for (let end = from; end < last; end += 1) {
    characters += events[end]?.data.length ?? 0;
    if (characters > CHUNK_CHARACTERS_MAX && end > from) return end;
  }
  return last;
}
