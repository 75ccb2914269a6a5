import type { ConsumePoints } from './commands.js';
import { begunConsumptionId } from './command-ids.js';
import { planDraws } from './draws.js';
import type { PendingEvents } from './pending-events.js';
import { quote } from './quote.js';
import type { Refusal } from './refusals.js';
import { retainedConsumption } from './retained.js';
import type { Business, FrozenPrice } from '../settings/business.js';
import { plusSeconds } from '../support/time.js';

export function consume(pending: PendingEvents, command: ConsumePoints): Refusal | null {
  const { rules } = pending;
  const { sourceType, settleWithin } = command;
  const consumptionId = begunConsumptionId(command, rules.number);
  if (retainedConsumption(pending, consumptionId)) {
    return { code: 'ConsumptionIdReused', details: { consumptionId } };
  }
  const quoted = quote(command, pending.business(sourceType));
  if ('code' in quoted) return quoted;
  const { business, quantity, points } = quoted;
  if (settleWithin !== null && rules.hasTooManyOpen(pending)) {
    return { code: 'TooManyOpen', details: {} };
  }
  if (pending.balance < points) return rules.insufficientPoints(points, pending);
  const isHeld = settleWithin !== null;
  const isPriced = command.points === null;
  const { overrun, onTimeout } = isHeld
    ? rules.holdOptions(command.overrun, command.onTimeout)
    : NO_HOLD;
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
      overrun,
      onTimeout,
    },
    -points,
  );
  return null;
}

const NO_HOLD = { overrun: null, onTimeout: null };

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
