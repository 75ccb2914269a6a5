import type { DebtCollected, DebtForgiven, LedgerEvent, PointsRefunded, Return } from '#ledger';

import type { BatchChange, ConsumptionChange, RechargeChange } from './event-rows.js';

export function batchChangesOf(event: LedgerEvent): BatchChange[] {
  switch (event.type) {
    case 'PointsRecharged':
      return [
        {
          batch_id: event.batchId,
          pointsIn: event.points,
          remaining: event.points,
          initial: { priority: event.priority, expires_at: event.expiresAt, grace: false, line: 0 },
        },
      ];
    case 'PointsConsumed':
    case 'DebtCollected':
      return event.draws.map(({ batchId, points }) => drawn(batchId, points));
    case 'PointsRefunded':
    case 'RechargeReinstated':
      return event.returns.map(returned);
    case 'PointsExpired':
      return [drawn(event.batchId, event.points)];
    case 'RechargeReversed':
      return event.points === 0 ? [] : [drawn(event.batchId, event.points)];
    case 'ConsumptionExtended':
    case 'ConsumptionSettled':
    case 'DebtForgiven':
    case 'CommandRefused':
    case 'AccountImported':
    case 'LegacyRowsImported':
    case 'AccountOpened':
    case 'AccountHandedBack':
      return [];
  }
}

const drawn = (batch_id: number, points: number): BatchChange => ({
  batch_id,
  pointsIn: 0,
  remaining: -points,
  initial: null,
});

/** Points return to their own batch, or come into a grace batch, which the first refund opens. */
function returned({ from, into, points, expiresAt }: Return, line: number): BatchChange {
  if (from === into) return drawn(into, -points);
  return {
    batch_id: into,
    pointsIn: points,
    remaining: points,
    initial: { priority: 0, expires_at: expiresAt, grace: true, line },
  };
}

export function consumptionChangeOf(
  revision: number,
  event: LedgerEvent,
): ConsumptionChange | null {
  switch (event.type) {
    case 'PointsConsumed':
      if (event.of !== null) {
        const by = event.settleBy === null ? 'settlement' : 'extension';
        return { kind: 'charged', of: event.of, points: event.points, by };
      }
      return {
        kind: 'begun',
        of: revision,
        consumption_id: event.consumptionId,
        source_type: event.sourceType,
        source_id: event.sourceId,
        points: event.points,
        duration: event.duration,
        quantity: event.quantity,
        price: event.price,
        settle_by: event.settleBy,
      };
    case 'ConsumptionExtended': {
      const { of, settleBy: settle_by, estimated: estimate, quantity } = event;
      return { kind: 'extended', of, settle_by, estimate, quantity };
    }
    case 'DebtCollected':
    case 'DebtForgiven':
      return debtChangeOf(event);
    case 'PointsRefunded':
      return { kind: 'refunded', of: event.of, points: event.points, closes: closes(event) };
    case 'ConsumptionSettled': {
      const { of, actual, duration, charged, owed, uncollected, quantity } = event;
      return { kind: 'settled', of, actual, duration, charged, owed, uncollected, quantity };
    }
    case 'PointsRecharged':
    case 'PointsExpired':
    case 'RechargeReversed':
    case 'RechargeReinstated':
    case 'CommandRefused':
    case 'AccountImported':
    case 'LegacyRowsImported':
    case 'AccountOpened':
    case 'AccountHandedBack':
      return null;
  }
}

/** The debt of a recharge changes no consumption. */
function debtChangeOf(event: DebtCollected | DebtForgiven): ConsumptionChange | null {
  const { type, consumptionId, of, points } = event;
  if (consumptionId === null) return null;
  if (type === 'DebtForgiven') return { kind: 'forgiven', of, points };
  return { kind: 'charged', of, points, by: 'collection' };
}

/** What was reversed and reinstated only grows. */
export function rechargeChangeOf(revision: number, event: LedgerEvent): RechargeChange | null {
  switch (event.type) {
    case 'PointsRecharged':
      return {
        kind: 'recharged',
        of: revision,
        recharge_id: event.rechargeId,
        batch_id: event.batchId,
        points: event.points,
        source_id: event.sourceId,
      };
    case 'RechargeReversed': {
      const { of, rechargeId: recharge_id, batchId: batch_id, sourceId: source_id } = event;
      const points = event.points + event.owed + event.uncollected;
      return { kind: 'reversed', of, recharge_id, batch_id, source_id, points };
    }
    case 'RechargeReinstated': {
      const { of, points, forgiven, waived } = event;
      return { kind: 'reinstated', of, points: points + forgiven + waived };
    }
    case 'PointsConsumed':
    case 'ConsumptionExtended':
    case 'ConsumptionSettled':
    case 'PointsRefunded':
    case 'PointsExpired':
    case 'DebtCollected':
    case 'DebtForgiven':
    case 'CommandRefused':
    case 'AccountImported':
    case 'LegacyRowsImported':
    case 'AccountOpened':
    case 'AccountHandedBack':
      return null;
  }
}

/** A debt arises, is paid or is forgiven. */
export function debtOf(event: LedgerEvent): number {
  switch (event.type) {
    case 'ConsumptionSettled':
    case 'RechargeReversed':
      return event.owed;
    case 'DebtCollected':
    case 'DebtForgiven':
      return -event.points;
    case 'PointsRecharged':
    case 'PointsConsumed':
    case 'ConsumptionExtended':
    case 'PointsRefunded':
    case 'PointsExpired':
    case 'RechargeReinstated':
    case 'CommandRefused':
    case 'AccountImported':
    case 'LegacyRowsImported':
    case 'AccountOpened':
    case 'AccountHandedBack':
      return 0;
  }
}

function closes({ cause }: PointsRefunded): 'cancelled' | 'timed_out' | null {
  return cause === 'cancelled' || cause === 'timed_out' ? cause : null;
}
