import { priceOf, type ConsumptionStory } from '#contracts';

/** What the frozen price makes of the quantity; null: the points were told, or one of both is missing. */
export function pricedPoints(consumption: ConsumptionStory): number | null {
  const { price, quantity, status, estimate, actual } = consumption;
  if (price === null || quantity === null) return null;
  const points = priceOf(quantity, price);
  const cost = status === 'settled' || status === 'closed' ? actual : estimate;
  return points === cost ? points : null;
}
