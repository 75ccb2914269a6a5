import type { TransactionType } from '#contracts';
import {
  EXPIRE_LABEL,
  RECHARGE_LABEL,
  REINSTATEMENT_LABEL,
  REVERSAL_COLLECTED_LABEL,
  REVERSAL_LABEL,
  collectedLabelOf,
  isImportEvent,
  refundLabelOf,
  type DebtCollected,
  type LedgerEvent,
  type Return,
} from '#ledger';

import {
  batchChangesOf,
  consumptionChangeOf,
  debtOf,
  rechargeChangeOf,
} from './changes-of-event.js';
import { adjustmentRows, importChangeOf } from './import-changes-of-event.js';
import type { DurationChange, EventRows, NewTransactionRow } from './event-rows.js';

/**
 * What one event changes in the read tables. It follows from the event alone, so that every rebuild gives
 * the same rows.
 */
export function rowsOf(userId: string, revision: number, event: LedgerEvent): EventRows {
  return {
    account: {
      user_id: userId,
      revision,
      balance: event.balanceAfter,
      owed: event.owedAfter ?? 0,
      owedBy: debtOf(event),
      at: event.at,
    },
    transactions: transactionsOf(userId, revision, event),
    duration: durationOf(event),
    batches: batchChangesOf(event),
    consumption: consumptionChangeOf(revision, event),
    recharge: rechargeChangeOf(revision, event),
    takeOver: isImportEvent(event) ? importChangeOf(userId, revision, event) : null,
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
        description: event.label,
        consumption_of: event.of ?? revision,
        duration: knownDuration(event),
        slices: event.draws,
      };
    case 'PointsRefunded':
      return {
        type: 'refund',
        source_type: event.sourceType,
        source_id: event.sourceId,
        description: refundLabelOf(event.label),
        consumption_of: event.of,
        duration: null,
        slices: slicesOf(event.returns),
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
    case 'RechargeReversed':
      if (event.points === 0) return null;
      return { ...ofRecharge(event), type: 'expire', description: REVERSAL_LABEL, slices: [event] };
    case 'RechargeReinstated':
      return {
        ...ofRecharge(event),
        type: 'refund',
        description: REINSTATEMENT_LABEL,
        slices: slicesOf(event.returns),
      };
    case 'DebtCollected':
      return collectionOf(event);
    case 'ConsumptionExtended':
    case 'ConsumptionSettled':
    case 'DebtForgiven':
    case 'CommandRefused':
    case 'AccountImported':
    case 'LegacyRowsImported':
    case 'AccountOpened':
    case 'AccountHandedBack':
      return null;
  }
}

/** A consumption is paid late, or what is left to pay of a recharge that was reversed. */
function collectionOf(event: DebtCollected): Movement {
  const { label, draws: slices, duration } = event;
  if (event.consumptionId === null || label === null) {
    return { ...ofRecharge(event), type: 'expire', description: REVERSAL_COLLECTED_LABEL, slices };
  }
  return {
    type: 'consume',
    source_type: event.sourceType,
    source_id: event.sourceId,
    description: collectedLabelOf(label),
    consumption_of: event.of,
    duration,
    slices,
  };
}

const slicesOf = (returns: readonly Return[]): Movement['slices'] =>
  returns.map(({ into, points }) => ({ batchId: into, points }));

/** Rows of a recharge name its order and no business. */
const ofRecharge = ({ sourceId }: { readonly sourceId: string | null }) => ({
  source_type: null,
  source_id: sourceId,
  consumption_of: null,
  duration: null,
});

const SIGN: Record<TransactionType, 1 | -1> = { recharge: 1, refund: 1, consume: -1, expire: -1 };

/** One row per part with running balances. The duration is on the first, so that sums over rows are right. */
function transactionsOf(userId: string, revision: number, event: LedgerEvent): NewTransactionRow[] {
  if (event.type === 'AccountOpened') return adjustmentRows(userId, revision, event);
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
    legacy_id: null,
  }));
}

/** The same, and the legacy rows that an event says. */
export function statementRowsOf(
  userId: string,
  revision: number,
  event: LedgerEvent,
): readonly NewTransactionRow[] {
  if (!isImportEvent(event)) return transactionsOf(userId, revision, event);
  const change = importChangeOf(userId, revision, event);
  if (change.kind !== 'rows') return transactionsOf(userId, revision, event);
  return change.said.flatMap(({ row }) => row ?? []);
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
