import type { SettingsPreview } from '#contracts';
import { COMMAND_POINTS_MAX, priceOf, type Business, type RefusalCode } from '#ledger';
import type { ConsumptionRow } from '#read-model';

type Item = SettingsPreview['items'][number];

/** Consumptions as they were, and as they would be priced by other businesses. */
export function toPreview(
  version: number,
  businesses: readonly Business[],
  consumptions: readonly ConsumptionRow[],
): SettingsPreview {
  const byCode = new Map(businesses.map((business) => [business.code, business]));
  const items = consumptions.map((consumption): Item => {
    const business = byCode.get(consumption.source_type);
    const quantity = quantityOf(consumption, business?.unit);
    return {
      user_id: consumption.user_id,
      consumption_id: consumption.consumption_id,
      source_type: consumption.source_type,
      source_id: consumption.source_id,
      at: consumption.opened_at,
      unit: business?.unit ?? '',
      quantity,
      paid: consumption.actual ?? consumption.estimate ?? consumption.drawn,
      ...pricedBy(business, quantity),
    };
  });
  return { version, items };
}

/** What the price of a unit counts. */
function quantityOf({ quantity, duration }: ConsumptionRow, unit = ''): number | null {
  if (unit === 'second') return duration ?? quantity;
  return quantity ?? (unit === 'call' ? 1 : null);
}

function pricedBy(
  business: Business | undefined,
  quantity: number | null,
): Pick<Item, 'would_pay' | 'code'> {
  if (business === undefined || business.retired) return refusedBy('UnknownBusiness');
  if (business.price === null) return refusedBy('NoPrice');
  if (quantity === null) return refusedBy('QuantityMissing');
  const points = priceOf(quantity, business.price);
  if (points === 0) return refusedBy('NothingToCharge');
  if (points > COMMAND_POINTS_MAX) return refusedBy('PriceTooHigh');
  return { would_pay: points, code: null };
}

const refusedBy = (code: RefusalCode): Pick<Item, 'would_pay' | 'code'> => ({
  would_pay: null,
  code,
});
