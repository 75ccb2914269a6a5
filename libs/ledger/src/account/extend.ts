import type { ExtendConsumption } from './commands.js';
import { measureOf, measureRefusal } from './cost.js';
import { planDraws } from './draws.js';
import type { PendingEvents } from './pending-events.js';
import type { Refusal } from './refusals.js';
import { requireBusiness, retainedConsumption } from './retained.js';
import type { Hold } from './state.js';
import type { Business } from '../settings/business.js';
import { COMMAND_POINTS_MAX, HOLD_DAYS_MAX, QUANTITY_MAX } from '../settings/limits.js';
import { addQuantities, priceOfMore } from '../settings/price.js';
import { invariant } from '../support/assert.js';
import { daysToMs, isoTime, later, plusSeconds } from '../support/time.js';

export function extend(pending: PendingEvents, command: ExtendConsumption): Refusal | null {
  const { consumptionId, settleWithin, duration } = command;
  const { rules } = pending;
  const consumption = retainedConsumption(pending, consumptionId);
  if (!consumption) return { code: 'UnknownConsumption', details: { consumptionId } };
  const { phase, of, sourceType, sourceId, label, hold } = consumption;
  if (phase === 'closed') return { code: 'ConsumptionClosed', details: { consumptionId } };
  if (phase === 'timed_out') return { code: 'ConsumptionTimedOut', details: { consumptionId } };
  invariant(hold !== null && consumption.settleBy !== null, 'what is open is held');
  const latest = isoTime(hold.begunAtMs + daysToMs(HOLD_DAYS_MAX));
  const asked = settleWithin === null ? '' : plusSeconds(pending.at, settleWithin);
  if (asked > latest) return { code: 'HoldTooLong', details: { latest } };
  const business = requireBusiness(pending, consumption);
  const refusal = measureRefusal(command, business) ?? priceRefusal(command, hold, business);
  if (refusal !== null) return refusal;
  const added = measureOf(command, business);
  const quantity = added === null ? hold.quantity : addQuantities(hold.quantity ?? 0, added);
  const points = command.points ?? pointsOfMore(hold, quantity);
  const estimated = consumption.estimated + points;
  if (estimated > COMMAND_POINTS_MAX || (quantity ?? 0) > QUANTITY_MAX) {
    return { code: 'PriceTooHigh', details: {} };
  }
  if (points > 0 && pending.state.openDraws >= pending.policy.openDrawsMax) {
    return { code: 'TooManyOpen', details: {} };
  }
  if (points > pending.balance) return rules.insufficientPoints(points, pending);
  const settleBy = later(consumption.settleBy, asked);
  if (points > 0) {
    pending.record(
      {
        type: 'PointsConsumed',
        consumptionId,
        of,
        sourceType,
        sourceId,
        points,
        draws: planDraws(pending.state, points),
        duration,
        settleBy,
        label,
        quantity: added,
        price: null,
        priced: false,
        overrun: null,
        onTimeout: null,
      },
      -points,
    );
  }
  pending.record(
    { type: 'ConsumptionExtended', consumptionId, of, settleBy, estimated, quantity },
    0,
  );
  return null;
}

/** More is held without points being told: only a frozen price says how many. */
function priceRefusal(
  command: ExtendConsumption,
  { price }: Hold,
  business: Business,
): Refusal | null {
  const isTold = command.points !== null || measureOf(command, business) === null;
  if (isTold || price !== null) return null;
  return { code: 'NoPrice', details: { sourceType: business.code } };
}

/** The price of the whole quantity less that of the quantity so far. Points that were told stay on top. */
function pointsOfMore({ price, quantity: before }: Hold, quantity: number | null): number {
  return price === null || quantity === null ? 0 : priceOfMore(quantity, before ?? 0, price);
}
