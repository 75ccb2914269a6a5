// Times are ISO-8601 UTC with milliseconds and Z, so that string order is time order. Nothing here
// reads a clock.
const DAY_MS = 86_400_000;

const last = { time: '1970-01-01T00:00:00.000Z', ms: 0 };

/** A command's rules and the events that follow from it ask for the same moment again and again. */
export function msOf(time: string): number {
  if (time !== last.time) {
    last.ms = parse(time);
    last.time = time;
  }
  return last.ms;
}

const lastDay = { date: 1970_01_01, ms: 0 };

/**
 * Date.parse of just this form, many times as fast: a replay asks for it with each event. The form has
 * been checked: something else than digits could be taken for another day.
 */
function parse(time: string): number {
  const year = two(time, 0) * 100 + two(time, 2);
  const month = two(time, 5);
  const day = two(time, 8);
  const date = year * 10_000 + month * 100 + day;
  if (date !== lastDay.date) {
    lastDay.ms = Date.UTC(year, month - 1, day);
    lastDay.date = date;
  }
  const seconds = (two(time, 11) * 60 + two(time, 14)) * 60 + two(time, 17);
  return lastDay.ms + seconds * 1_000 + digit(time, 20) * 100 + two(time, 21);
}

const digit = (time: string, place: number): number => time.charCodeAt(place) - 48;
const two = (time: string, place: number): number =>
  digit(time, place) * 10 + digit(time, place + 1);

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
