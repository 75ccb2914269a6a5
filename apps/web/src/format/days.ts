// Days as a calendar writes them (2030-01-31), where the reader is.

const DAY = /^(\d{4})-(\d\d)-(\d\d)$/;

const twoDigits = (part: number): string => String(part).padStart(2, '0');

export function dayOf(date: Date): string {
  const year = String(date.getFullYear()).padStart(4, '0');
  return `${year}-${twoDigits(date.getMonth() + 1)}-${twoDigits(date.getDate())}`;
}

export const isDay = (text: string): boolean => DAY.test(text) && dayOf(midnightOf(text)) === text;

/** When the day begins, as an instant. */
export const startOfDay = (day: string): string => midnightOf(day).toISOString();

export function addDays(day: string, count: number): string {
  const date = midnightOf(day);
  date.setDate(date.getDate() + count);
  return dayOf(date);
}

export const dayAfter = (day: string): string => addDays(day, 1);

/** Days from one to the other; a day on which clocks are changed is one too. */
export function daysBetween(from: string, to: string): number {
  return Math.round((midnightOf(to).getTime() - midnightOf(from).getTime()) / DAY_MS);
}

const DAY_MS = 86_400_000;

function midnightOf(day: string): Date {
  const [, year, month, date] = DAY.exec(day) ?? [];
  return new Date(Number(year), Number(month) - 1, Number(date));
}
