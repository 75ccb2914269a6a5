import type { Clock } from '#runtime';

const CLOCKS_APART_MS_MAX = 5_000;

/**
 * The `at` of a command is this process's clock. One that is apart from the database's would date
 * events wrongly, for ever. null: they agree.
 */
export async function clockFault(
  clock: Pick<Clock, 'timeOfDay'>,
  database: { databaseTimeOfDay(): Promise<number> },
): Promise<string | null> {
  const before = clock.timeOfDay();
  const there = await database.databaseTimeOfDay();
  const here = (before + clock.timeOfDay()) / 2;
  const apartMs = Math.abs(there - here);
  if (apartMs <= CLOCKS_APART_MS_MAX) return null;
  return `is ${Math.round(apartMs / 1000)} s apart from the database's`;
}
