import { clockFault } from '#assembly';
import type { EventStore } from '#event-store';
import type { ReadTables } from '#read-model';
import type { Check } from './checkup.js';

export function storeChecks(
  store: Pick<EventStore, 'head'>,
  tables: Pick<ReadTables, 'position'>,
): readonly Check[] {
  return [
    { part: 'event store', look: () => store.head().then(() => null) },
    { part: 'read tables', look: () => tables.position().then(() => null) },
  ];
}

export function clockCheck(...clocks: Parameters<typeof clockFault>): Check {
  return { part: 'clock', look: () => clockFault(...clocks) };
}
