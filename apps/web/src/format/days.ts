import { TIME_MAX } from '#contracts';

// Calendar days (2030-01-31) in the reader's time zone. For readers in the east, the end of 9999 in UTC is
// already in the year 10000.

const DAY = /^(\d{4,5})-(\d\d)-(\d\d)$/;
const FOUR_DIGITS = /^[1-9]\d{3}-/;

const twoDigits = (part: number): string => String(part).padStart(2, '0');

export function formatDay(date: Date): string {
  const year = String(date.getFullYear()).padStart(4, '0');
  return `${year}-${twoDigits(date.getMonth() + 1)}-${twoDigits(date.getDate())}`;
}

/** Whether it is a valid date of the years 1000 to 9999. */
export const isCalendarDay = (text: string): boolean =>
  DAY.test(text) && FOUR_DIGITS.test(text) && formatDay(midnightOf(text)) === text;

/** The start of the day as an instant, at most TIME_MAX. */
export function startOfDay(day: string): string {
  const midnight = midnightOf(day);
  return midnight.getTime() > Date.parse(TIME_MAX) ? TIME_MAX : midnight.toISOString();
}

export function addDays(day: string, count: number): string {
  const date = midnightOf(day);
  date.setDate(date.getDate() + count);
  return formatDay(date);
}

export const nextDay = (day: string): string => addDays(day, 1);

/** Whole days between two dates, independent of daylight saving time. */
export function daysBetween(from: string, to: string): number {
  return Math.round((midnightOf(to).getTime() - midnightOf(from).getTime()) / DAY_MS);
}

const DAY_MS = 86_400_000;

function midnightOf(day: string): Date {
  const [, year, month, date] = DAY.exec(day) ?? [];
  const midnight = new Date(2000, 0, 1);
  // The constructor of Date maps the years 0 to 99 to 1900 to 1999.
  midnight.setFullYear(Number(year), Number(month) - 1, Number(date));
  return midnight;
}
