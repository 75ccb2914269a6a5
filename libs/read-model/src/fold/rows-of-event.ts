import type { TransactionType } from '#contracts';
import { BUSINESSES, EXPIRE_LABEL, RECHARGE_LABEL, refundLabel, type LedgerEvent } from '#ledger';

import { batchChangesOf, consumptionChangeOf } from './changes-of-event.js';
import type { DurationChange, EventRows, NewTransactionRow } from './event-rows.js';

/**
 * What one event changes in the read tables. It follows from the event alone, so that every rebuild gives
 * the same rows.
 */
export function rowsOf(userId: string, revision: number, event: LedgerEvent): EventRows {
  return {
    account: { user_id: userId, revision, balance: event.balanceAfter, at: event.at },
    transactions: transactionsOf(userId, revision, event),
    duration: durationOf(event),
    batches: batchChangesOf(event),
    consumption: consumptionChangeOf(revision, event),
  };
}

/** Points that move in one direction, in the parts that become rows. */
interface Movement extends Pick<
  NewTransactionRow,
  'source_type' | 'source_id' | 'description' | 'consumption_of' | 'duration'
> {
  readonly type: TransactionType;
  readonly slices: readonly { readonly batchId: number; readonly points: number }[];
}

function movementOf(revision: number, event: LedgerEvent): Movement | null {
  switch (event.type) {
    case 'PointsRecharged':
      return {
        type: 'recharge',
        source_type: null,
        source_id: event.sourceId,
        description: RECHARGE_LABEL,
        consumption_of: null,
        duration: null,
        slices: [event],
      };
    case 'PointsConsumed':
      return {
        type: 'consume',
        source_type: event.sourceType,
        source_id: event.sourceId,
        description: BUSINESSES[event.sourceType].label,
        consumption_of: event.of ?? revision,
        duration: knownDuration(event),
        slices: event.draws,
      };
    case 'PointsRefunded':
      return {
        type: 'refund',
        source_type: event.sourceType,
        source_id: event.sourceId,
        description: refundLabel(event.sourceType),
        consumption_of: event.of,
        duration: null,
        slices: event.returns.map(({ into, points }) => ({ batchId: into, points })),
      };
    case 'PointsExpired':
      return {
        type: 'expire',
        source_type: null,
        source_id: null,
        description: EXPIRE_LABEL,
        consumption_of: null,
        duration: null,
        slices: [event],
      };
    case 'ConsumptionSettled':
    case 'CommandRefused':
      return null;
  }
}

const SIGN: Record<TransactionType, 1 | -1> = { recharge: 1, refund: 1, consume: -1, expire: -1 };

/** One row per part with running balances. The duration is on the first, so that sums over rows are right. */
export function transactionsOf(
  userId: string,
  revision: number,
  event: LedgerEvent,
): NewTransactionRow[] {
  const movement = movementOf(revision, event);
  if (movement === null) return [];
  const { type, slices } = movement;
  const sign = SIGN[type];
  let balance = event.balanceAfter - sign * slices.reduce((sum, slice) => sum + slice.points, 0);
  return slices.map(({ batchId, points }, line) => ({
    user_id: userId,
    type,
    amount: points,
    balance_before: balance,
    balance_after: (balance += sign * points),
    source_type: movement.source_type,
    source_id: movement.source_id,
    batch_id: batchId,
    duration: line === 0 ? movement.duration : null,
    description: movement.description,
    created_at: event.at,
    updated_at: event.at,
    revision,
    line,
    consumption_of: movement.consumption_of,
  }));
}

/** The duration of a pre-deduction is an estimate until it is settled. */
function knownDuration(event: {
  readonly settleBy: string | null;
  readonly duration: number | null;
}): number | null {
  return event.settleBy === null ? event.duration : null;
}

function durationOf(event: LedgerEvent): DurationChange | null {
  if (event.type !== 'ConsumptionSettled') return null;
  const { durationOf: revision, duration, at } = event;
  return revision === null || duration === null ? null : { revision, duration, updated_at: at };
}
