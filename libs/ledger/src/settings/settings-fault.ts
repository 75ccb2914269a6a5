import { isOnCalendar } from '../support/time.js';

/** A field of a version of the settings that it can't be published with, and why. */
export interface SettingsFault {
  readonly field: string;
  readonly reason: string;
}

export function addFault(faults: SettingsFault[], field: string, reason: string): void {
  faults.push({ field, reason });
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Text of 1 to `max` code points without control characters and lone surrogates. */
export function isText(value: unknown, max: number): value is string {
  if (typeof value !== 'string' || value === '' || /[\p{Cc}\p{Cs}]/u.test(value)) return false;
  return [...value].length <= max;
}

const TIME =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

export const isTime = (value: unknown): value is string =>
  typeof value === 'string' && TIME.test(value) && isOnCalendar(value);

/** Not -0, which would be stored as 0, so that the same version sent again would seem another one. */
export const isWholeNumber = (value: unknown, min: number, max: number): value is number =>
  Number.isSafeInteger(value) &&
  !Object.is(value, -0) &&
  (value as number) >= min &&
  (value as number) <= max;
