import { epochMs, isOnCalendar } from '#ledger';
import { zoneOffsetMs } from './zone-offset.js';

// Postgres writes a timestamp as 2026-01-02 03:04:05.123456, with +08 or +05:30 behind it where the
// column has a zone, and BC behind that. A text column may have RFC 3339.
const TIMESTAMP =
  /^(\d{4,})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)? ?(Z|[+-]\d\d(?::?\d\d)?(?::\d\d)?)?( BC)?$/i;
/** Most are of this form, since the session reads in UTC. */
const IN_UTC =
  /^(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])) ((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:\.(\d{1,6}))?\+00$/;

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const MS_MIN = Date.parse('0001-01-01T00:00:00.000Z');
const MS_MAX = Date.parse('9999-12-31T23:59:59.999Z');

export type LegacyTime =
  /** UTC with six digits: 2026-01-02T03:04:05.123456Z. */
  | { readonly kind: 'time'; readonly utc: string; readonly ms: number }
  | { readonly kind: 'infinity' }
  /** Of the year 10000 or later. */
  | { readonly kind: 'late' }
  | { readonly kind: 'no zone' }
  | { readonly kind: 'none' };

const NONE = { kind: 'none' } as const;

/** `zone` is used for what tells none; a date alone means its end where `lasts` is true. */
export function parseLegacyTime(
  text: string | null,
  zone: string | undefined,
  { lasts = false }: { readonly lasts?: boolean } = {},
): LegacyTime {
  if (text === null) return NONE;
  return parseInUtc(text) ?? parseAnyForm(text.trim(), zone, lasts);
}

/** null: it has another form, or is none. */
function parseInUtc(text: string): LegacyTime | null {
  const [, date, clock, fraction = ''] = IN_UTC.exec(text) ?? [];
  if (date === undefined || clock === undefined) return null;
  const utc = `${date}T${clock}.${fraction.padEnd(6, '0')}Z`;
  const time = toMilliseconds(utc);
  return date >= '0001' && isOnCalendar(time) ? { kind: 'time', utc, ms: epochMs(time) } : null;
}

function parseAnyForm(text: string, zone: string | undefined, lasts: boolean): LegacyTime {
  if (/^infinity$/i.test(text)) return { kind: 'infinity' };
  const parts = TIMESTAMP.exec(text);
  if (parts === null || parts[9] !== undefined) return NONE;
  const [, year = '', month = '', day = '', hours, minutes = '00', seconds = '00'] = parts;
  if (Number(year) > 9999) return { kind: 'late' };
  const [fraction = '', offset] = [parts[7], parts[8]];
  const clock = `${hours ?? '00'}:${minutes}:${seconds}`;
  const local = Date.parse(`${year}-${month}-${day}T${clock}.000Z`);
  if (
    Number.isNaN(local) ||
    Number(year) < 1 ||
    !isOnCalendar(`${year}-${month}-${day}T00:00:00.000Z`)
  )
    return NONE;
  const end = hours === undefined && lasts ? local + DAY_MS : local;
  const offsetMs = offset === undefined ? zone && zoneOffsetMs(zone, end) : offsetOf(offset);
  if (offsetMs === undefined || offsetMs === '') return { kind: 'no zone' };
  const micros = fraction.padEnd(6, '0').slice(0, 6);
  const wholeMs = end - offsetMs;
  const ms = wholeMs + Number(micros.slice(0, 3));
  if (ms > MS_MAX) return { kind: 'late' };
  if (ms < MS_MIN) return NONE;
  const utc = `${new Date(wholeMs).toISOString().slice(0, 19)}.${micros}Z`;
  return { kind: 'time', utc, ms };
}

function offsetOf(offset: string): number {
  if (offset.toUpperCase() === 'Z') return 0;
  const [hours = 0, minutes = 0, seconds = 0] = (offset.slice(1).match(/\d\d/g) ?? []).map(Number);
  const ms = (hours * 60 + minutes) * MINUTE_MS + seconds * 1_000;
  return offset.startsWith('-') ? -ms : ms;
}

/** Our form: milliseconds, cut. */
export const toMilliseconds = (utc: string): string => `${utc.slice(0, 23)}Z`;
