import { UNIT_CALL, type Business } from '../settings/business.js';
import { COMMAND_POINTS_MAX } from '../settings/limits.js';
import { priceOf } from '../settings/price.js';
import type { ConsumePoints } from './commands.js';
import { measureOf, measureRefusal } from './cost.js';
import type { Refusal } from './refusals.js';

type Asked = Pick<ConsumePoints, 'sourceType' | 'points' | 'quantity' | 'duration'>;

interface Quote {
  readonly business: Business;
  /** What the price counts; null: nothing was told, and the points were. */
  readonly quantity: number | null;
  readonly points: number;
}

/**
 * What a consumption costs that begins now, the points that were told or else the price of the quantity,
 * or why it can't begin. It is not asked here whether the account can pay it.
 */
export function quote(asked: Asked, business: Business | undefined): Quote | Refusal {
  const { sourceType } = asked;
  if (business === undefined || business.retired) {
    return { code: 'UnknownBusiness', details: { sourceType } };
  }
  const refusal = measureRefusal(asked, business);
  if (refusal !== null) return refusal;
  const quantity = quantityOf(asked, business);
  const points = pointsOf(asked, business, quantity);
  return typeof points === 'number' ? { business, quantity, points } : points;
}

/** What a price counts; of a business that is billed by the call it is one where nothing was told. */
function quantityOf(asked: Asked, business: Business): number | null {
  const isOneCall = asked.points === null && business.unit === UNIT_CALL;
  return measureOf(asked, business) ?? (isOneCall ? 1 : null);
}

function pointsOf(
  asked: Asked,
  { code: sourceType, price }: Business,
  quantity: number | null,
): number | Refusal {
  if (asked.points !== null) return asked.points;
  if (price === null) return { code: 'NoPrice', details: { sourceType } };
  if (quantity === null) return { code: 'QuantityMissing', details: { sourceType } };
  const points = priceOf(quantity, price);
  if (points === 0) return { code: 'NothingToCharge', details: {} };
  return points > COMMAND_POINTS_MAX ? { code: 'PriceTooHigh', details: {} } : points;
}
