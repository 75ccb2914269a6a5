import type { Clock } from '#async';

const CLOCK_SKEW_MS_MAX = 5_000;

/**
 * The `at` of a command is this process's clock. One that is apart from the database's would date
 * events wrongly, for ever. null: they agree.
 */
export async function clockSkewFault(
  clock: Pick<Clock, 'timeOfDay'>,
  database: { databaseTimeOfDay(): Promise<number> },
): Promise<string | null> {
  const before = clock.timeOfDay();
  const databaseMs = await database.databaseTimeOfDay();
  const localMs = (before + clock.timeOfDay()) / 2;
  const skewMs = Math.abs(databaseMs - localMs);
  if (skewMs <= CLOCK_SKEW_MS_MAX) return null;
  return `is ${Math.round(skewMs / 1000)} s apart from the database's`;
}
