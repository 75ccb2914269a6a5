import { TIME_MAX } from '#contracts';

// Days as a calendar writes them (2030-01-31), where the reader is. The last moment of the year 9999
// lies in the year 10000 for readers in the east.

const DAY = /^(\d{4,5})-(\d\d)-(\d\d)$/;
const FOUR_DIGITS = /^[1-9]\d{3}-/;

const twoDigits = (part: number): string => String(part).padStart(2, '0');

export function formatDay(date: Date): string {
  const year = String(date.getFullYear()).padStart(4, '0');
  return `${year}-${twoDigits(date.getMonth() + 1)}-${twoDigits(date.getDate())}`;
}

/** Whether somebody may ask for it: of the years 1000 to 9999. */
export const isCalendarDay = (text: string): boolean =>
  DAY.test(text) && FOUR_DIGITS.test(text) && formatDay(midnightOf(text)) === text;

/** When the day begins, as an instant: at the latest, the last one there is. */
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

/** Days from one to the other; a day on which clocks are changed is one too. */
export function daysBetween(from: string, to: string): number {
  return Math.round((midnightOf(to).getTime() - midnightOf(from).getTime()) / DAY_MS);
}

const DAY_MS = 86_400_000;

function midnightOf(day: string): Date {
  const [, year, month, date] = DAY.exec(day) ?? [];
  const midnight = new Date(2000, 0, 1);
  // Not by the constructor, which takes the years 0 to 99 for those of the twentieth century.
  midnight.setFullYear(Number(year), Number(month) - 1, Number(date));
  return midnight;
}
