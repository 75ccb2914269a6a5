const CANONICAL = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const RFC_3339 =
  /^(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d+))?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))$/;

const MINUTE_MS = 60_000;

/**
 * An RFC 3339 time as ISO-8601 UTC, cut to milliseconds: its order as text is its order in time.
 * null: it is no such time, or not of the years 0000 to 9999 in UTC.
 */
export function toInstant(text: string): string | null {
  if (CANONICAL.test(text)) return isOnTheCalendar(text) ? text : null;
  const [, day, clock, fraction = '', sign, hours = '00', minutes = '00'] =
    RFC_3339.exec(text) ?? [];
  if (day === undefined || clock === undefined) return null;
  const local = `${day}T${clock}.${fraction.slice(0, 3).padEnd(3, '0')}Z`;
  if (!isOnTheCalendar(local)) return null;
  const ahead = (Number(hours) * 60 + Number(minutes)) * MINUTE_MS * (sign === '-' ? -1 : 1);
  const instant = new Date(Date.parse(local) - ahead).toISOString();
  return CANONICAL.test(instant) ? instant : null;
}

/** Date moves February 30 and hour 24 on to the next day; a leap second it does not know. */
function isOnTheCalendar(canonical: string): boolean {
  const ms = Date.parse(canonical);
  return !Number.isNaN(ms) && new Date(ms).toISOString() === canonical;
}
