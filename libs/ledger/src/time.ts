// Times are ISO-8601 UTC with milliseconds and Z, so that string order is time order. Nothing here
// reads a clock.
const DAY_MS = 86_400_000;

export const msOf = (time: string): number => Date.parse(time);

export const timeOf = (ms: number): string => new Date(ms).toISOString();

export const later = (a: string, b: string): string => (a < b ? b : a);

export const daysMs = (days: number): number => days * DAY_MS;

export const plusDays = (time: string, days: number): string => timeOf(msOf(time) + daysMs(days));

export const plusSeconds = (time: string, seconds: number): string =>
  timeOf(msOf(time) + seconds * 1000);

/** The first UTC midnight at or after that time. */
export const midnightFrom = (time: string): string =>
  timeOf(Math.ceil(msOf(time) / DAY_MS) * DAY_MS);
