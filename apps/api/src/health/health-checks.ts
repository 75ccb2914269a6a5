import { clockSkewFault } from '#platform';
import type { EventStore, Position } from '#event-store';
import type { ReadTables } from '#read-model';
import type { Clock } from '#async';
import type { Check } from './periodic-health-check.js';

export function storeChecks(
  store: Pick<EventStore, 'head'>,
  tables: Pick<ReadTables, 'position'>,
): readonly Check[] {
  return [
    { part: 'event store', look: () => store.head().then(() => null) },
    { part: 'read tables', look: () => tables.position().then(() => null) },
  ];
}

export function clockCheck(...clocks: Parameters<typeof clockSkewFault>): Check {
  return { part: 'clock', look: () => clockSkewFault(...clocks) };
}

/** Events wait, and the read tables did not move for so long: reads stand still. */
export const READS_STILL_MS_MAX = 60_000;

/**
 * Whoever carries events into the tables is another process: what can be seen here is that events
 * wait for it and none comes through.
 */
export function readsCheck(
  store: Pick<EventStore, 'head'>,
  tables: Pick<ReadTables, 'position'>,
  clock: Pick<Clock, 'now'>,
): Check {
  let known: Position | null | undefined;
  let movedAt = clock.now();
  const look = async (): Promise<string | null> => {
    const head = await store.head();
    const position = await tables.position();
    const isThere = head === null || (position !== null && position >= head);
    if (isThere || position !== known) movedAt = clock.now();
    known = position;
    const stillMs = clock.now() - movedAt;
    if (stillMs <= READS_STILL_MS_MAX) return null;
    const seconds = Math.floor(stillMs / 1_000);
    return `events wait and the read tables have not moved for ${seconds} s: is the projector running?`;
  };
  return { part: 'reads', look };
}
