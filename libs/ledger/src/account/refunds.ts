import type { Consumption } from './state.js';
import type { PendingEvents } from './pending-events.js';
import type { RefundCause, Return } from './events.js';
import { placeReturns } from './refund-placement.js';
import { unwindDraws } from './slices.js';

/** Records a refund. Points come back from the last draw of the consumption first. */
export function refundLast(
  pending: PendingEvents,
  consumption: Consumption,
  points: number,
  cause: RefundCause,
): readonly Return[] {
  const slices = unwindDraws(consumption.draws, points);
  const returns = placeReturns(pending, slices, cause, pending.nextRevision);
  recordRefund(pending, consumption, { points, returns, cause, reason: null });
  return returns;
}

interface Refund {
  readonly points: number;
  readonly returns: readonly Return[];
  readonly cause: RefundCause;
  readonly reason: string | null;
}

export function recordRefund(
  pending: PendingEvents,
  consumption: Consumption,
  { points, returns, cause, reason }: Refund,
): void {
  pending.record(
    {
      type: 'PointsRefunded',
      consumptionId: consumption.consumptionId,
      of: consumption.of,
      sourceType: consumption.sourceType,
      sourceId: consumption.sourceId,
      points,
      returns,
      cause,
      reason,
      label: consumption.label,
    },
    points,
  );
}

/**
 * Points that came back into an expired batch expire again, with whatever the batch still has: one
 * event per batch, in the order of the returns.
 */
export function expireReturnedBatches(pending: PendingEvents, returns: readonly Return[]): void {
  const expired = new Map<number, string>();
  for (const { into, expiresAt } of returns) {
    if (expiresAt !== null && expiresAt <= pending.at) expired.set(into, expiresAt);
  }
  for (const [batchId, expiredAt] of expired) recordExpiry(pending, batchId, expiredAt);
}

export function recordExpiry(pending: PendingEvents, batchId: number, expiredAt: string): void {
  const points = pending.state.remaining.get(batchId) ?? 0;
  pending.record({ type: 'PointsExpired', batchId, points, expiredAt }, -points);
}
