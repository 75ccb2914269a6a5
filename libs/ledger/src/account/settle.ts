import type { SettleConsumption } from './commands.js';
import { measureOf, measureRefusal } from './cost.js';
import { planDraws } from './draws.js';
import type { ConsumptionSettled } from './events.js';
import type { PendingEvents } from './pending-events.js';
import { expireReturnedBatches, refundLast } from './refunds.js';
import type { Refusal } from './refusals.js';
import { requireBusiness, retainedConsumption } from './retained.js';
import type { Consumption } from './state.js';
import type { Business } from '../settings/business.js';
import { COMMAND_POINTS_MAX } from '../settings/limits.js';
import { priceOf } from '../settings/price.js';

export function settle(pending: PendingEvents, command: SettleConsumption): Refusal | null {
  const { consumptionId, duration } = command;
  const { rules } = pending;
  const consumption = retainedConsumption(pending, consumptionId);
  if (!consumption) return { code: 'UnknownConsumption', details: { consumptionId } };
  const { phase, estimated, hold } = consumption;
  if (phase === 'closed') return { code: 'ConsumptionClosed', details: { consumptionId } };
  const business = requireBusiness(pending, consumption);
  const refusal = measureRefusal(command, business);
  if (refusal !== null) return refusal;
  const cost = costOf(command, consumption, business);
  if (typeof cost !== 'number') return cost;
  // A pre-deduction that timed out was refunded in full, so its whole cost is charged now.
  const extra = cost - (phase === 'open' ? estimated : 0);
  const missing = Math.max(0, extra - pending.balance);
  const overrun = missing > 0 ? rules.overrunOf(command.overrun, hold) : null;
  if (overrun === 'refuse') return rules.insufficientPoints(extra, pending);
  const owed = overrun === 'owe' ? rules.owable(missing, consumption.of, pending.state) : 0;
  const charged = extra - missing;
  const lateRevision = charged > 0 ? pending.nextRevision : null;
  const durationOf = phase === 'open' ? consumption.of : lateRevision;
  if (charged > 0) chargeMore(pending, consumption, charged);
  const returns = extra < 0 ? refundLast(pending, consumption, -extra, 'overestimated') : [];
  recordSettled(pending, consumption, {
    actual: cost,
    duration,
    durationOf,
    owed,
    uncollected: missing - owed,
    quantity: rules.quantityNoted(measureOf(command, business)),
  });
  expireReturnedBatches(pending, returns);
  return null;
}

/** The points that were told, or else the frozen price of the quantity. */
function costOf(
  command: SettleConsumption,
  { hold }: Consumption,
  business: Business,
): number | Refusal {
  if (command.points !== null) return command.points;
  const price = hold?.price ?? null;
  const { code: sourceType } = business;
  if (price === null) return { code: 'NoPrice', details: { sourceType } };
  const quantity = measureOf(command, business);
  if (quantity === null) return { code: 'QuantityMissing', details: { sourceType } };
  const points = priceOf(quantity, price);
  return points > COMMAND_POINTS_MAX ? { code: 'PriceTooHigh', details: {} } : points;
}

function chargeMore(pending: PendingEvents, consumption: Consumption, points: number): void {
  pending.record(
    {
      type: 'PointsConsumed',
      consumptionId: consumption.consumptionId,
      of: consumption.of,
      sourceType: consumption.sourceType,
      sourceId: consumption.sourceId,
      points,
      draws: planDraws(pending.state, points),
      duration: null,
      settleBy: null,
      label: consumption.label,
      quantity: null,
      price: null,
      priced: false,
      overrun: null,
      onTimeout: null,
    },
    -points,
  );
}

interface Settled extends Pick<ConsumptionSettled, 'actual' | 'duration' | 'durationOf'> {
  readonly quantity?: number | null;
  readonly owed?: number;
  readonly uncollected?: number;
  readonly cause?: ConsumptionSettled['cause'];
}

/** Everything that is not said to be owed or uncollected is charged. */
export function recordSettled(
  pending: PendingEvents,
  { consumptionId, of, estimated }: Consumption,
  {
    actual,
    duration,
    durationOf,
    quantity = null,
    owed = 0,
    uncollected = 0,
    cause = 'settled',
  }: Settled,
): void {
  pending.record(
    {
      type: 'ConsumptionSettled',
      consumptionId,
      of,
      estimated,
      actual,
      duration,
      durationOf,
      charged: actual - owed - uncollected,
      owed,
      uncollected,
      quantity,
      cause,
    },
    0,
    owed,
  );
}
