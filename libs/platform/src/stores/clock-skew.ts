import type { Clock } from '#async';

const CLOCK_SKEW_MS_MAX = 5_000;

export interface DatabaseClock {
  /** The database's time of day, in milliseconds since 1970. */
  readonly databaseTimeOfDay: () => Promise<number>;
}

/**
 * The time of a command is taken from this process's clock, and a wrong clock would date its events
 * wrongly, permanently. Returns the difference, or null when both clocks agree.
 */
export async function clockSkewFault(
  clock: Pick<Clock, 'timeOfDay'>,
  database: DatabaseClock,
): Promise<string | null> {
  const before = clock.timeOfDay();
  const databaseMs = await database.databaseTimeOfDay();
  const localMs = (before + clock.timeOfDay()) / 2;
  const skewMs = Math.abs(databaseMs - localMs);
  if (skewMs <= CLOCK_SKEW_MS_MAX) return null;
  return `is ${Math.round(skewMs / 1000)} s apart from the database's`;
}
