// Times are ISO-8601 UTC with milliseconds and Z, so that string order is time order. No function
// here reads a clock.
const DAY_MS = 86_400_000;

const lastParsed = { time: '1970-01-01T00:00:00.000Z', ms: 0 };

/** Caches the last result, because the rules ask for the time of one command again and again. */
export function epochMs(time: string): number {
  if (time !== lastParsed.time) {
    lastParsed.ms = parse(time);
    lastParsed.time = time;
  }
  return lastParsed.ms;
}

const lastDay = { date: 1970_01_01, ms: 0 };

/**
 * Date.parse for this form alone, many times as fast, because a replay needs it for each event. The
 * form was checked before: other characters than digits would give another day.
 */
function parse(time: string): number {
  const year = twoDigits(time, 0) * 100 + twoDigits(time, 2);
  const month = twoDigits(time, 5);
  const day = twoDigits(time, 8);
  const date = year * 10_000 + month * 100 + day;
  if (date !== lastDay.date) {
    lastDay.ms = midnightOf(year, month, day);
    lastDay.date = date;
  }
  const seconds = (twoDigits(time, 11) * 60 + twoDigits(time, 14)) * 60 + twoDigits(time, 17);
  return lastDay.ms + seconds * 1_000 + digit(time, 20) * 100 + twoDigits(time, 21);
}

/** Date.UTC would take the years 0 to 99 for 1900 to 1999. */
const midnightOf = (year: number, month: number, day: number): number =>
  year > 99 ? Date.UTC(year, month - 1, day) : new Date(0).setUTCFullYear(year, month - 1, day);

const digit = (time: string, place: number): number => time.charCodeAt(place) - 48;
const twoDigits = (time: string, place: number): number =>
  digit(time, place) * 10 + digit(time, place + 1);

const NUMERALS = Array.from({ length: 1_000 }, (_, number) => String(number).padStart(3, '0'));
const threeNumerals = (number: number): string => NUMERALS[number] ?? '';
const twoNumerals = (number: number): string => threeNumerals(number).slice(1);

const DATES_MAX = 1_000;
const dates = new Map<number, string>();

/** The date with the T behind it. Cached, because the same few days are formatted again and again. */
function dateOf(day: number): string {
  const known = dates.get(day);
  if (known !== undefined) return known;
  const midnight = new Date(day * DAY_MS).toISOString();
  const date = midnight.slice(0, midnight.indexOf('T') + 1);
  if (dates.size >= DATES_MAX) dates.clear();
  dates.set(day, date);
  return date;
}

/** What Date.toISOString gives, three times as fast. */
export function isoTime(ms: number): string {
  const day = Math.floor(ms / DAY_MS);
  const inDay = Math.trunc(ms - day * DAY_MS);
  const seconds = Math.floor(inDay / 1_000);
  const minutes = Math.floor(seconds / 60);
  return (
    `${dateOf(day)}${twoNumerals(Math.floor(minutes / 60))}:${twoNumerals(minutes % 60)}:` +
    `${twoNumerals(seconds % 60)}.${threeNumerals(inDay % 1_000)}Z`
  );
}

/** Whether the month has such a day. All other parts of the time were checked before. */
export const isOnCalendar = (time: string): boolean =>
  time.slice(8, 10) <= '28' || isoTime(epochMs(time)) === time;

export const later = (a: string, b: string): string => (a < b ? b : a);

/** Whether something is due. Without a due time it never is. */
export const isDue = (dueAt: string | null, at: string): boolean => dueAt !== null && dueAt <= at;

export const daysToMs = (days: number): number => days * DAY_MS;

export const plusDays = (time: string, days: number): string =>
  isoTime(epochMs(time) + daysToMs(days));

export const plusSeconds = (time: string, seconds: number): string =>
  isoTime(epochMs(time) + seconds * 1000);

/** The first UTC midnight at or after that time. */
export const midnightAtOrAfter = (time: string): string =>
  isoTime(Math.ceil(epochMs(time) / DAY_MS) * DAY_MS);
