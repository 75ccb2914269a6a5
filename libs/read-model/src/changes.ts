import type { LedgerEvent, PointsRefunded, Return } from '#ledger';

import type { BatchChange, ConsumptionChange } from './event-rows.js';

export function batchesOf(event: LedgerEvent): BatchChange[] {
  switch (event.type) {
    case 'PointsRecharged':
      return [
        {
          batch_id: event.batchId,
          came_in: event.points,
          remaining: event.points,
          begins: { priority: event.priority, expires_at: event.expiresAt, grace: false, line: 0 },
        },
      ];
    case 'PointsConsumed':
      return event.draws.map(({ batchId, points }) => taken(batchId, points));
    case 'PointsRefunded':
      return event.returns.map(returned);
    case 'PointsExpired':
      return [taken(event.batchId, event.points)];
    case 'ConsumptionSettled':
    case 'CommandRefused':
      return [];
  }
}

const taken = (batch_id: number, points: number): BatchChange => ({
  batch_id,
  came_in: 0,
  remaining: -points,
  begins: null,
});

/** Back into its own batch, or from outside into a grace batch, which the first refund brings in. */
function returned({ from, into, points, expiresAt }: Return, line: number): BatchChange {
  if (from === into) return taken(into, -points);
  return {
    batch_id: into,
    came_in: points,
    remaining: points,
    begins: { priority: 0, expires_at: expiresAt, grace: true, line },
  };
}

export function consumptionOf(revision: number, event: LedgerEvent): ConsumptionChange | null {
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
