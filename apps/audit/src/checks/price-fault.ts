import type { FrozenPrice, PointsConsumed } from '#ledger';
import type { KnownSettings } from './known-settings.js';

/** Why the price of an event, or what it makes of the quantity, can't be right; null: it is. */
export function priceFault(event: PointsConsumed, known: KnownSettings): string | null {
  const { price, priced, points, quantity, sourceType } = event;
  if (price === null) return priced ? 'its points come from a price that it does not carry' : null;
  if (!isPublished(price, sourceType, known)) {
    return `version ${price.settings} of the settings has another price for ${sourceType}, or none`;
  }
  if (!priced) return null;
  if (quantity === null) return 'its points come from a price, but of no quantity';
  const computed = pointsFor(quantity, price);
  return BigInt(points) === computed
    ? null
    : `${quantity} at its price are ${computed} points, it says ${points}`;
}

function isPublished(price: FrozenPrice, code: string, known: KnownSettings): boolean {
  const business = known.version(price.settings)?.terms.businesses.get(code);
  if (business === undefined || business.price === null) return false;
  const { points, per, step, minimum, rounding } = business.price;
  return (
    price.unit === business.unit &&
    price.points === points &&
    price.per === per &&
    price.step === step &&
    price.minimum === minimum &&
    price.rounding === rounding
  );
}

// The auditor multiplies with code of its own, as the page of the rules says it: whole numbers of
// millionths, as large as they get.

const MILLION = 1_000_000;

function pointsFor(
  quantity: number,
  { points, per, step, minimum, rounding }: FrozenPrice,
): bigint {
  const told = BigInt(Math.round(quantity * MILLION));
  if (told === 0n) return 0n;
  const unit = step === null ? 1n : millionths(step);
  const counted = ceilingOf(told, unit) * unit;
  const dividend = counted * millionths(points);
  const divisor = millionths(per) * BigInt(MILLION);
  const rounded = {
    up: ceilingOf(dividend, divisor),
    half_up: (2n * dividend + divisor) / (2n * divisor),
    down: dividend / divisor,
  }[rounding];
  return rounded < BigInt(minimum) ? BigInt(minimum) : rounded;
}

const ceilingOf = (dividend: bigint, divisor: bigint): bigint =>
  (dividend + divisor - 1n) / divisor;

const DECIMALS = 6;

function millionths(decimal: string): bigint {
  const [whole = '', fraction = ''] = decimal.split('.');
  return BigInt(`${whole}${fraction.padEnd(DECIMALS, '0')}`);
}
