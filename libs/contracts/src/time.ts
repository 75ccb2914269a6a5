const CANONICAL = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const RFC_3339 =
  /^(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d+))?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))$/;

const MINUTE_MS = 60_000;

/** The times that everything behind the edge can hold: Postgres has no year 0, and text no year 10000. */
export const TIME_MIN = '0001-01-01T00:00:00.000Z';
export const TIME_MAX = '9999-12-31T23:59:59.999Z';
const MS_MIN = Date.parse(TIME_MIN);
const MS_MAX = Date.parse(TIME_MAX);

/**
 * An RFC 3339 time as ISO-8601 UTC, cut to milliseconds: its order as text is its order in time.
 * null: it is no such time, or in UTC not of the years 0001 to 9999.
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

/** Of milliseconds since 1970; null: it is no such time. */
export const timeFromMs = (ms: number): string | null =>
  ms >= MS_MIN && ms <= MS_MAX ? new Date(ms).toISOString() : null;

/** Date moves February 30 and hour 24 on to the next day; a leap second it does not know. */
function isOnCalendar(canonical: string): boolean {
  const ms = Date.parse(canonical);
  return !Number.isNaN(ms) && new Date(ms).toISOString() === canonical;
}
