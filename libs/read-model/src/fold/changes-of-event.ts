import type { LedgerEvent, PointsRefunded, Return } from '#ledger';

import type { BatchChange, ConsumptionChange } from './event-rows.js';

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
      return event.draws.map(({ batchId, points }) => drawn(batchId, points));
    case 'PointsRefunded':
      return event.returns.map(returned);
    case 'PointsExpired':
      return [drawn(event.batchId, event.points)];
    case 'ConsumptionSettled':
    case 'CommandRefused':
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
      if (event.of !== null) return { kind: 'charged', of: event.of, points: event.points };
      return {
        kind: 'begun',
        of: revision,
        consumption_id: event.consumptionId,
        source_type: event.sourceType,
        source_id: event.sourceId,
        points: event.points,
        duration: event.duration,
        settle_by: event.settleBy,
      };
    case 'PointsRefunded':
      return { kind: 'refunded', of: event.of, points: event.points, closes: closes(event) };
    case 'ConsumptionSettled': {
      const { of, actual, duration } = event;
      return { kind: 'settled', of, actual, duration };
    }
    case 'PointsRecharged':
    case 'PointsExpired':
    case 'CommandRefused':
      return null;
  }
}

function closes({ cause }: PointsRefunded): 'cancelled' | 'timed_out' | null {
  return cause === 'cancelled' || cause === 'timed_out' ? cause : null;
}
