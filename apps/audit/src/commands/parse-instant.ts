import { normalizeTime } from '#contracts/time';

const DAY = /^\d{4}-\d\d-\d\d$/;
const MINUTE = /^(\d{4}-\d\d-\d\dT\d\d:\d\d)(Z|[+-]\d\d:\d\d)$/i;

/** Formats a time like events do, in UTC with milliseconds; null: no event can have such a time. */
export function parseInstant(text: string): string | null {
  if (DAY.test(text)) return normalizeTime(`${text}T00:00:00Z`);
  return normalizeTime(text.replace(MINUTE, '$1:00$2'));
}
