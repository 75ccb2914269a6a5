import { GenerationalCache } from '#async';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** A zone that is an offset. Node 20 has no format of it. */
const FIXED = /^([+-])(\d\d):(\d\d)$/;
const FORMATS = new Map<string, Intl.DateTimeFormat>();
/** Offsets change at most once in a while, and rows of one hour mostly stand together. */
const OFFSETS = new GenerationalCache<string, number>({ weightMax: 10_000 });

/**
 * What the clocks of a zone are ahead of UTC at a local time, as Postgres has it: an hour that the clocks
 * show twice is its second one, and one that they leave out is told as before the change.
 */
export function zoneOffsetMs(zone: string, localMs: number): number {
  const [, sign, hours, minutes] = FIXED.exec(zone) ?? [];
  if (sign !== undefined) {
    return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * MINUTE_MS;
  }
  // Changes happen at a quarter of an hour at the finest.
  const key = `${zone} ${Math.floor(localMs / (HOUR_MS / 4))}`;
  const known = OFFSETS.get(key);
  if (known !== undefined) return known;
  const earlier = offsetAt(zone, localMs - 24 * HOUR_MS);
  const later = offsetAt(zone, localMs + 24 * HOUR_MS);
  const exists = (offset: number): boolean => offsetAt(zone, localMs - offset) === offset;
  const offset = exists(later) ? later : earlier;
  OFFSETS.set(key, offset);
  return offset;
}

/** At an instant. */
function offsetAt(zone: string, ms: number): number {
  const parts = Object.fromEntries(
    formatOf(zone)
      .formatToParts(ms)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = parts;
  const seconds = Math.floor(ms / 1_000) * 1_000;
  return Date.UTC(year, month - 1, day, hour, minute, second) - seconds;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = FORMATS.get(zone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'iso8601',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  FORMATS.set(zone, format);
  return format;
}
