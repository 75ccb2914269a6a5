import type { Price, Rounding } from './business.js';

/** Quantities are counted in millionths. */
const MICRO = 1_000_000;

/** The nearest whole number of millionths; a tie is rounded up. */
export const toMicro = (quantity: number): number => Math.round(quantity * MICRO);

/** Quantities are added as they are counted, so that no fraction creeps in. */
export const addQuantities = (a: number, b: number): number => (toMicro(a) + toMicro(b)) / MICRO;

/** Points for a quantity, exactly as the price says. */
export function priceOf(quantity: number, price: Price): number {
  const micro = toMicro(quantity);
  if (micro === 0) return 0;
  const { step, small } = ratioOf(price);
  if (small !== null) {
    const dividend = (step === null ? micro : roundUpTo(micro, step)) * small.numerator;
    if (Number.isSafeInteger(dividend)) {
      return Math.max(price.minimum, divide(dividend, small.denominator, price.rounding));
    }
  }
  return Number(exactPriceOf(quantity, price));
}

/**
 * The price of the whole quantity less that of the quantity before. Where points were told, each alone
 * may be beyond every limit, and larger than a number can hold exactly, while the difference is small.
 */
export const priceOfMore = (whole: number, before: number, price: Price): number =>
  Number(exactPriceOf(whole, price) - exactPriceOf(before, price));

function exactPriceOf(quantity: number, price: Price): bigint {
  const micro = toMicro(quantity);
  if (micro === 0) return 0n;
  const { step, exact } = ratioOf(price);
  const counted = BigInt(step === null ? micro : roundUpTo(micro, step));
  const points = divideExactly(counted * exact.numerator, exact.denominator, price.rounding);
  const minimum = BigInt(price.minimum);
  return points > minimum ? points : minimum;
}

/** A price as whole numbers: points for a millionth of a unit, as a fraction in its lowest terms. */
interface Ratio {
  readonly step: number | null;
  readonly exact: { readonly numerator: bigint; readonly denominator: bigint };
  /** The same in numbers, which are ten times as fast; null: they are too large. */
  readonly small: { readonly numerator: number; readonly denominator: number } | null;
}

/** A price is an object of the settings or of an account, and is asked again and again. */
const ratios = new WeakMap<Price, Ratio>();

function ratioOf(price: Price): Ratio {
  const known = ratios.get(price);
  if (known !== undefined) return known;
  const points = microOf(price.points);
  const per = microOf(price.per) * BigInt(MICRO);
  const divisor = greatestCommonDivisor(points, per);
  const exact = { numerator: points / divisor, denominator: per / divisor };
  const numerator = Number(exact.numerator);
  const denominator = Number(exact.denominator);
  const ratio: Ratio = {
    step: price.step === null ? null : Number(microOf(price.step)),
    exact,
    small: Number.isSafeInteger(denominator * 2) ? { numerator, denominator } : null,
  };
  ratios.set(price, ratio);
  return ratio;
}

/** A decimal in millionths, which has at most 15 digits. */
function microOf(decimal: string): bigint {
  const [whole = '', fraction = ''] = decimal.split('.');
  return BigInt(whole + fraction.padEnd(6, '0'));
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [larger, smaller] = [a, b];
  while (smaller !== 0n) [larger, smaller] = [smaller, larger % smaller];
  return larger;
}

function roundUpTo(micro: number, step: number): number {
  const rest = micro % step;
  return rest === 0 ? micro : micro - rest + step;
}

/** Of whole numbers that are safe, the remainder is exact, and so is the division of the rest. */
function divide(dividend: number, divisor: number, rounding: Rounding): number {
  const rest = dividend % divisor;
  const whole = (dividend - rest) / divisor;
  return roundsUp(rest * 2, divisor, rounding) ? whole + 1 : whole;
}

function divideExactly(dividend: bigint, divisor: bigint, rounding: Rounding): bigint {
  const rest = dividend % divisor;
  const whole = dividend / divisor;
  return roundsUp(rest * 2n, divisor, rounding) ? whole + 1n : whole;
}

function roundsUp(
  twiceTheRest: number | bigint,
  divisor: number | bigint,
  rounding: Rounding,
): boolean {
  if (rounding === 'half_up') return twiceTheRest >= divisor;
  return rounding === 'up' && twiceTheRest > 0;
}
