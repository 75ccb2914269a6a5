// Times are ISO-8601 UTC with milliseconds and Z, so that string order is time order. Nothing here
// reads a clock.
const DAY_MS = 86_400_000;

let last = { time: '1970-01-01T00:00:00.000Z', ms: 0 };

/** A command's rules and the events that follow from it ask for the same moment again and again. */
export function msOf(time: string): number {
  if (time !== last.time) last = { time, ms: parse(time) };
  return last.ms;
}

/** Date.parse of just this form: a replay asks for it once an event, and it is four times as fast. */
function parse(time: string): number {
  const digit = (place: number): number => time.charCodeAt(place) - 48;
  const two = (place: number): number => digit(place) * 10 + digit(place + 1);
  return Date.UTC(
    two(0) * 100 + two(2),
    two(5) - 1,
    two(8),
    two(11),
    two(14),
    two(17),
    digit(20) * 100 + two(21),
  );
}

export const timeOf = (ms: number): string => new Date(ms).toISOString();

export const later = (a: string, b: string): string => (a < b ? b : a);

/** What has no due time is never due. */
export const isDue = (dueAt: string | null, at: string): boolean => dueAt !== null && dueAt <= at;

export const daysMs = (days: number): number => days * DAY_MS;

export const plusDays = (time: string, days: number): string => timeOf(msOf(time) + daysMs(days));

export const plusSeconds = (time: string, seconds: number): string =>
  timeOf(msOf(time) + seconds * 1000);

/** The first UTC midnight at or after that time. */
export const midnightFrom = (time: string): string =>
  timeOf(Math.ceil(msOf(time) / DAY_MS) * DAY_MS);
