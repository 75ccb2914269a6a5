import { isOnCalendar } from '../support/time.js';

/**
 * What can be wrong with a field of a publication, and in brackets the details that go with it. The last
 * two are of what senders do: who publishes finds them, and not the rules.
 */
export type SettingsFaultCode =
  | 'UnknownField'
  | 'NotAnObject'
  | 'NotAList'
  | 'NotABoolean'
  | 'NotATime'
  | 'NotAWord'
  | 'NotADecimal'
  /** {max}: characters. */
  | 'NotAText'
  /** {min} */
  | 'NotAWholeNumber'
  /** {min, max} */
  | 'NotInRange'
  /** {values} */
  | 'NotOneOf'
  /** {count, max}: at most so many numbers, each of at most max. */
  | 'NotFalling'
  /** {first}: when the first version has to begin. */
  | 'NotTheBeginning'
  /** {version, from}: of the version before. */
  | 'NotLater'
  /** {earliest} */
  | 'TooSoon'
  /** {rules}: of the version before. */
  | 'LowerRules'
  | 'AboveMaximum'
  | 'DuplicateCode'
  /** {code} */
  | 'MissingBusiness'
  /** {unit}: that of the version before. */
  | 'ChangedUnit'
  | 'NotTheFirstBusinesses'
  /** {last}: when a pre-deduction that names no consumption last began. */
  | 'UnnamedPreDeductions'
  /** {until}: it was not noted before then whether pre-deductions name their consumptions. */
  | 'UnnotedPreDeductions';

type FaultDetails = Readonly<Record<string, string | number>>;

/** A field of a version of the settings that it can't be published with, and why. */
export interface SettingsFault {
  readonly field: string;
  readonly code: SettingsFaultCode;
  readonly details?: FaultDetails;
  /** The same as a sentence whose subject is the field. */
  readonly reason: string;
}

export function addFault(
  faults: SettingsFault[],
  field: string,
  code: SettingsFaultCode,
  reason: string,
  details?: FaultDetails,
): void {
  faults.push({ field, code, ...(details !== undefined && { details }), reason });
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
