import type { Check } from './checkup.js';

export const CLOCKS_APART_MS_MAX = 5_000;

/**
 * The `at` of a command is this process's clock. One that is apart from the database's would date
 * events wrongly, for ever.
 */
export function clockCheck(
  timeOfDay: () => number,
  databaseTimeOfDay: () => Promise<number>,
): Check {
  return {
    part: 'clock',
    async look() {
      const before = timeOfDay();
      const there = await databaseTimeOfDay();
      const here = (before + timeOfDay()) / 2;
      const apartMs = Math.abs(there - here);
      if (apartMs <= CLOCKS_APART_MS_MAX) return null;
      return `is ${Math.round(apartMs / 1000)} s apart from the database's`;
    },
  };
}
