import { formatDay, daysBetween } from './days.js';

const timeOfDay = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

/** `2030-01-31 08:00:00`, in the reader's time zone. */
export function formatLocalTime(instant: string): string {
  const date = new Date(instant);
  return `${formatDay(date)} ${timeOfDay.format(date)}`;
}

export const formatLocalDay = (instant: string): string => formatDay(new Date(instant));

/** Calendar days from now until `instant`. */
export const daysUntil = (instant: string, nowMs: number): number =>
  daysBetween(formatDay(new Date(nowMs)), formatLocalDay(instant));

/** The IANA name of the reader's time zone. */
export const timeZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone;
