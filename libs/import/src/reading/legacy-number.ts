import { BALANCE_MAX, type LegacyNumber } from '#ledger';

const INT_MIN = -2_147_483_648;
const WHOLE = /^[+-]?\d+(?:\.0*)?$/;

/** As it goes into the event. A text that is no number at all counts as `NaN`. */
export function asRead(text: string | null): LegacyNumber | null {
  if (text === null) return null;
  const number = text.trim() === '' ? Number.NaN : Number(text);
  // JSON has no -0.
  if (Number.isFinite(number)) return number + 0;
  return number === Infinity ? 'Infinity' : number === -Infinity ? '-Infinity' : 'NaN';
}

/** A whole number that fits the `int` of the read table; null: it is none. */
export function wholeNumber(text: string | null): number | null {
  if (text === null || !WHOLE.test(text)) return null;
  const number = Number(text) + 0;
  return number >= INT_MIN && number <= BALANCE_MAX ? number : null;
}

const BIGINT = /^-?\d{1,19}$/;

/** A batch id that a number of JavaScript holds exactly; null: it is outside 1 … 2^53 − 1. */
export function batchNumber(text: string): number | null {
  if (!BIGINT.test(text)) return null;
  const number = Number(text);
  return number >= 1 && Number.isSafeInteger(number) ? number : null;
}
