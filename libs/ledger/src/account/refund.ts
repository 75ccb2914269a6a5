import type { RefundPoints } from './commands.js';
import { debtPoints } from './debts.js';
import { recordForgiven } from './forgive.js';
import type { PendingEvents } from './pending-events.js';
import { placeReturns } from './refund-placement.js';
import { expireReturnedBatches, recordRefund } from './refunds.js';
import type { Refusal } from './refusals.js';
import { retainedConsumption } from './retained.js';
import { recordSettled } from './settle.js';
import { totalPoints, unwindDraws } from './slices.js';
import { BALANCE_MAX } from '../settings/limits.js';

export function refund(pending: PendingEvents, command: RefundPoints): Refusal | null {
  const { consumptionId, points, reason } = command;
  const consumption = retainedConsumption(pending, consumptionId);
  if (!consumption) return { code: 'UnknownConsumption', details: { consumptionId } };
  if (consumption.phase === 'timed_out') {
    recordSettled(pending, consumption, { actual: 0, duration: null, durationOf: null });
    return null;
  }
  const debt = debtPoints(pending.state, consumption.of);
  const refundable = totalPoints(consumption.draws) + debt;
  const requested = points ?? refundable;
  if (refundable === 0) return { code: 'NothingToRefund', details: { consumptionId } };
  if (requested > refundable)
    return { code: 'RefundExceedsConsumption', details: { refundable, asked: requested } };
  const isOpen = consumption.phase === 'open';
  if (isOpen && requested < refundable)
    return { code: 'ConsumptionOpen', details: { consumptionId } };
  const forgiven = Math.min(debt, requested);
  const back = requested - forgiven;
  const { balance, held } = pending.state;
  if (!isOpen && balance + held + back > BALANCE_MAX) {
    return { code: 'BalanceLimit', details: { balance, held, asked: back } };
  }
  const cause = isOpen ? 'cancelled' : 'refunded';
  const revision = pending.nextRevision + (forgiven > 0 ? 1 : 0);
  const slices = unwindDraws(consumption.draws, back);
  const returns = placeReturns(pending, slices, cause, revision);
  const refusal = isOpen
    ? null
    : pending.rules.comingBackRefusal(pending, { returns, before: forgiven });
  if (refusal !== null) return refusal;
  recordForgiven(pending, consumption.of, { points: forgiven, cause: 'refunded', reason });
  if (back > 0) recordRefund(pending, consumption, { points: back, returns, cause, reason });
  expireReturnedBatches(pending, returns);
  return null;
}
