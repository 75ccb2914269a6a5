import type { ConsumePoints } from './commands.js';
import { begunConsumptionId } from './command-ids.js';
import { measureOf, measureRefusal } from './cost.js';
import { planDraws } from './draws.js';
import type { PendingEvents } from './pending-events.js';
import type { Refusal } from './refusals.js';
import { retainedConsumption } from './retained.js';
import { UNIT_CALL, type Business, type FrozenPrice } from '../settings/business.js';
import { COMMAND_POINTS_MAX } from '../settings/limits.js';
import { priceOf } from '../settings/price.js';
import { plusSeconds } from '../support/time.js';

export function consume(pending: PendingEvents, command: ConsumePoints): Refusal | null {
  const { rules } = pending;
  const { sourceType, settleWithin } = command;
  const consumptionId = begunConsumptionId(command, rules.number);
  if (retainedConsumption(pending, consumptionId)) {
    return { code: 'ConsumptionIdReused', details: { consumptionId } };
  }
  const business = pending.business(sourceType);
  if (business === undefined || business.retired) {
    return { code: 'UnknownBusiness', details: { sourceType } };
  }
  const refusal = measureRefusal(command, business);
  if (refusal !== null) return refusal;
  const quantity = quantityOf(command, business);
  const points = pointsOf(command, business, quantity);
  if (typeof points !== 'number') return points;
  if (settleWithin !== null && rules.hasTooManyOpen(pending)) {
    return { code: 'TooManyOpen', details: {} };
  }
  if (pending.balance < points) return rules.insufficientPoints(points, pending);
  const isHeld = settleWithin !== null;
  const isPriced = command.points === null;
  const terms = isHeld ? rules.holdTerms(command.overrun, command.onTimeout) : NO_HOLD;
  pending.record(
    {
      type: 'PointsConsumed',
      consumptionId,
      of: null,
      sourceType,
      sourceId: command.sourceId,
      points,
      draws: planDraws(pending.state, points),
      duration: command.duration,
      settleBy: isHeld ? plusSeconds(pending.at, settleWithin) : null,
      label: business.label,
      quantity: rules.quantityNoted(quantity),
      price: isHeld || isPriced ? frozenPrice(pending, business) : null,
      priced: isPriced,
      overrun: terms.overrun,
      onTimeout: terms.onTimeout,
    },
    -points,
  );
  return null;
}

const NO_HOLD = { overrun: null, onTimeout: null };

/** What a price counts; of a business that is billed by the call it is one where nothing was told. */
function quantityOf(command: ConsumePoints, business: Business): number | null {
  const isOneCall = command.points === null && business.unit === UNIT_CALL;
  return measureOf(command, business) ?? (isOneCall ? 1 : null);
}

/** The points that were told, or else the price of the quantity. */
function pointsOf(
  command: ConsumePoints,
  { code: sourceType, price }: Business,
  quantity: number | null,
): number | Refusal {
  if (command.points !== null) return command.points;
  if (price === null) return { code: 'NoPrice', details: { sourceType } };
  if (quantity === null) return { code: 'QuantityMissing', details: { sourceType } };
  const points = priceOf(quantity, price);
  if (points === 0) return { code: 'NothingToCharge', details: {} };
  return points > COMMAND_POINTS_MAX ? { code: 'PriceTooHigh', details: {} } : points;
}

const frozenPrices = new WeakMap<Business, FrozenPrice>();

/** The price in force, with the version of the settings that it stands in; null: it has none. */
function frozenPrice({ terms }: PendingEvents, business: Business): FrozenPrice | null {
  const { price, unit } = business;
  if (price === null || terms.settings === null) return null;
  const known = frozenPrices.get(business);
  if (known?.settings === terms.settings) return known;
  const { points, per, step, minimum, rounding } = price;
  const frozen = { settings: terms.settings, unit, points, per, step, minimum, rounding };
  frozenPrices.set(business, frozen);
  return frozen;
}
