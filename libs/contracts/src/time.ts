const CANONICAL = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const RFC_3339 =
  /^(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d+))?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))$/;

const MINUTE_MS = 60_000;

/** The times that every store can represent: Postgres has no year 0, and the text no year 10000. */
export const TIME_MIN = '0001-01-01T00:00:00.000Z';
export const TIME_MAX = '9999-12-31T23:59:59.999Z';
const MS_MIN = Date.parse(TIME_MIN);
const MS_MAX = Date.parse(TIME_MAX);

/**
 * Converts an RFC 3339 time to ISO-8601 UTC, cut to milliseconds, so that text order is time order.
 * null: it is not such a time, or not in the years 0001 to 9999 of UTC.
 */
export function normalizeTime(text: string): string | null {
  if (CANONICAL.test(text)) return text >= TIME_MIN && isOnCalendar(text) ? text : null;
  const [, day, clock, fraction = '', sign, hours = '00', minutes = '00'] =
    RFC_3339.exec(text) ?? [];
  if (day === undefined || clock === undefined) return null;
  const local = `${day}T${clock}.${fraction.slice(0, 3).padEnd(3, '0')}Z`;
  if (!isOnCalendar(local)) return null;
  const ahead = (Number(hours) * 60 + Number(minutes)) * MINUTE_MS * (sign === '-' ? -1 : 1);
  const utc = new Date(Date.parse(local) - ahead).toISOString();
  return CANONICAL.test(utc) && utc >= TIME_MIN ? utc : null;
}

/** The time that many milliseconds after 1970; null: it is out of range. */
export const timeFromMs = (ms: number): string | null =>
  ms >= MS_MIN && ms <= MS_MAX ? new Date(ms).toISOString() : null;

/** Date moves February 30 and hour 24 to the next day and does not accept a leap second. */
function isOnCalendar(canonical: string): boolean {
  const ms = Date.parse(canonical);
  return !Number.isNaN(ms) && new Date(ms).toISOString() === canonical;
}
