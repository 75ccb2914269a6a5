import type { EventBatch } from '#event-store';

type Records = Pick<EventBatch, 'events' | 'damaged'>;

/** Splits a batch into parts of at most `eventsMax` events, each with the damaged records among them. */
export function* chunksOfBatch(
  { events, damaged = [] }: EventBatch,
  eventsMax: number,
): Generator<Records> {
  let nextDamaged = 0;
  for (let from = 0; from < events.length; from += eventsMax) {
    const slice = events.slice(from, from + eventsMax);
    const end = slice.at(-1)?.position ?? '';
    const isLast = from + eventsMax >= events.length;
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
