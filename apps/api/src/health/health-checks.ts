import { clockSkewFault } from '#platform';
import type { EventStore, Position } from '#event-store';
import type { ReadTables } from '#read-model';
import type { Clock } from '#async';
import type { HealthCheck } from './periodic-health-check.js';

export function storeChecks(
  store: Pick<EventStore, 'head'>,
  tables: Pick<ReadTables, 'position'>,
): readonly HealthCheck[] {
  return [
    { part: 'event store', run: () => store.head().then(() => null) },
    { part: 'read tables', run: () => tables.position().then(() => null) },
  ];
}

export function clockCheck(...clocks: Parameters<typeof clockSkewFault>): HealthCheck {
  return { part: 'clock', run: () => clockSkewFault(...clocks) };
}

/** Reads are stalled when events are waiting and the read tables have not changed for this long. */
export const READ_STALL_MS_MAX = 60_000;

/**
 * The projector is another process. Its failure shows here only in events that wait and do not reach
 * the read tables.
 */
export function readProgressCheck(
  store: Pick<EventStore, 'head'>,
  tables: Pick<ReadTables, 'position'>,
  clock: Pick<Clock, 'now'>,
): HealthCheck {
  let known: Position | null | undefined;
  let progressedAt = clock.now();
  const look = async (): Promise<string | null> => {
    const head = await store.head();
    const position = await tables.position();
    const isCaughtUp = head === null || (position !== null && position >= head);
    if (isCaughtUp || position !== known) progressedAt = clock.now();
    known = position;
    const stalledMs = clock.now() - progressedAt;
    if (stalledMs <= READ_STALL_MS_MAX) return null;
    const seconds = Math.floor(stalledMs / 1_000);
    return `events are waiting and the read tables have not changed for ${seconds} s: is the projector running?`;
  };
  return { part: 'reads', run: look };
}
