import { normalizeTime } from '#contracts/time';

const DAY = /^\d{4}-\d\d-\d\d$/;
const MINUTE = /^(\d{4}-\d\d-\d\dT\d\d:\d\d)(Z|[+-]\d\d:\d\d)$/i;

/** As events write it: ISO-8601 UTC with milliseconds; null: it is no time that an event can have. */
export function parseInstant(text: string): string | null {
  if (DAY.test(text)) return normalizeTime(`${text}T00:00:00Z`);
  return normalizeTime(text.replace(MINUTE, '$1:00$2'));
}
