const RFC_3339 =
  /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/i;
const CANONICAL = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** ISO-8601 UTC, cut to milliseconds. null: it is no such time. */
export function canonicalTime(time: unknown): string | null {
  if (time instanceof Date) return Number.isNaN(time.getTime()) ? null : inRange(time);
  const [, day, clock, fraction = '', offset] =
    RFC_3339.exec(typeof time === 'string' ? time : '') ?? [];
  if (day === undefined || clock === undefined || offset === undefined) return null;
  const local = `${day}T${clock}.${fraction.slice(0, 3).padEnd(3, '0')}`;
  // Date moves a day that is not in the calendar, such as February 30, to the next one.
  const asUtc = new Date(`${local}Z`);
  if (Number.isNaN(asUtc.getTime()) || asUtc.toISOString() !== `${local}Z`) return null;
  return inRange(new Date(`${local}${offset.toUpperCase()}`));
}

/** Four digits of a year are all that the ledger stores. */
function inRange(time: Date): string | null {
  const text = time.toISOString();
  return CANONICAL.test(text) && !text.startsWith('0000') ? text : null;
}
