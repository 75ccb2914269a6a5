import type { EventStore } from '#event-store';
import type { ReadTables } from '#read-model';
import type { Clock } from '#runtime';
import type { Check } from './checkup.js';

const CLOCKS_APART_MS_MAX = 5_000;

export function storeChecks(
  store: Pick<EventStore, 'head'>,
  tables: Pick<ReadTables, 'position'>,
): readonly Check[] {
  return [
    { part: 'event store', look: () => store.head().then(() => null) },
    { part: 'read tables', look: () => tables.position().then(() => null) },
  ];
}

/**
 * The `at` of a command is this process's clock. One that is apart from the database's would date
 * events wrongly, for ever.
 */
export function clockCheck(
  clock: Pick<Clock, 'timeOfDay'>,
  database: { databaseTimeOfDay(): Promise<number> },
): Check {
  return {
    part: 'clock',
    async look() {
      const before = clock.timeOfDay();
      const there = await database.databaseTimeOfDay();
      const here = (before + clock.timeOfDay()) / 2;
      const apartMs = Math.abs(there - here);
      if (apartMs <= CLOCKS_APART_MS_MAX) return null;
      return `is ${Math.round(apartMs / 1000)} s apart from the database's`;
    },
  };
}
