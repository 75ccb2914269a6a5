import {
  ADJUSTMENT_LABEL,
  firstOpeningNumber,
  shownRow,
  type AccountOpened,
  type ImportEvent,
  type LegacyRowsImported,
  type ShownLegacyRow,
} from '#ledger';

import type { BatchRow, RechargeRow } from '../schema/tables.js';
import type { NewTransactionRow } from './new-transaction-row.js';
import type { ImportChange, OpeningConsumption } from './import-change.js';

export function importChangeOf(userId: string, revision: number, event: ImportEvent): ImportChange {
  switch (event.type) {
    case 'AccountImported':
      return { kind: 'imported' };
    case 'LegacyRowsImported':
      return legacyRowsOf(userId, revision, event);
    case 'AccountOpened':
      return openingOf(userId, revision, event);
    case 'AccountHandedBack':
      return { kind: 'handed_back' };
  }
}

function legacyRowsOf(
  userId: string,
  revision: number,
  { rows, gone, altered, throughId }: LegacyRowsImported,
): ImportChange {
  const said = rows.map((row, line) => {
    const own =
      altered.length === 0 ? altered : altered.filter(({ legacyId }) => legacyId === row[0]);
    const shown = shownRow(row, own);
    return {
      legacyId: row[0],
      row: shown === null ? null : legacyTransaction(userId, revision, line, shown),
    };
  });
  return { kind: 'rows', said, gone, throughId };
}

const legacyTransaction = (
  userId: string,
  revision: number,
  line: number,
  row: ShownLegacyRow,
): NewTransactionRow => ({
  user_id: userId,
  type: row.type,
  amount: row.amount,
  balance_before: row.balanceBefore,
  balance_after: row.balanceAfter,
  source_type: row.sourceType,
  source_id: row.sourceId,
  batch_id: row.batchId,
  duration: row.duration,
  description: row.description,
  created_at: row.createdAt,
  updated_at: row.updatedAt,
  revision,
  line,
  consumption_of: null,
  legacy_id: row.legacyId,
});

/** Where the old balance and the old batches differed, a row says what was added or taken. */
export function adjustmentRows(
  userId: string,
  revision: number,
  { adjusted, at, balance }: AccountOpened,
): NewTransactionRow[] {
  const row = adjusted?.row ?? null;
  if (row === null) return [];
  return [
    {
      user_id: userId,
      type: row.type,
      amount: row.amount,
      balance_before: row.before,
      balance_after: balance,
      source_type: null,
      source_id: null,
      batch_id: null,
      duration: null,
      description: ADJUSTMENT_LABEL,
      created_at: at,
      updated_at: at,
      revision,
      line: 0,
      consumption_of: null,
      legacy_id: null,
    },
  ];
}

/** What an opening brings in has negative numbers in place of revisions. */
function openingOf(userId: string, revision: number, event: AccountOpened): ImportChange {
  const { batches, closed, open } = event;
  const first = firstOpeningNumber(event);
  const consumptions = [...closed, ...open].map((one, index) =>
    consumptionOf(userId, first + batches.length + index, one),
  );
  return {
    kind: 'opened',
    held: open.reduce((held, { draws }) => held + pointsOf(draws), 0),
    batches: batches.map((batch, line): BatchRow => ({
      user_id: userId,
      batch_id: batch.batchId,
      points: batch.points,
      remaining: batch.remaining,
      priority: batch.priority,
      expires_at: batch.expiresAt,
      grace: false,
      revision,
      line,
      created_at: batch.createdAt,
    })),
    consumptions,
    recharges: batches.flatMap(
      ({ rechargeId, batchId, points, sourceId }, index): readonly RechargeRow[] =>
        rechargeId === null
          ? []
          : [
              {
                user_id: userId,
                revision: first + index,
                recharge_id: rechargeId,
                batch_id: batchId,
                points,
                reversed: 0,
                reinstated: 0,
                source_id: sourceId,
              },
            ],
    ),
  };
}

function consumptionOf(
  userId: string,
  of: number,
  one: AccountOpened['closed'][number] | AccountOpened['open'][number],
): OpeningConsumption {
  const points = pointsOf(one.draws);
  const isOpen = 'settleBy' in one;
  return {
    legacyIds: one.rows,
    consumption: {
      user_id: userId,
      revision: of,
      consumption_id: one.consumptionId,
      source_type: one.sourceType,
      source_id: one.sourceId,
      status: isOpen ? 'open' : 'closed',
      estimate: isOpen ? points : null,
      actual: isOpen ? null : points,
      drawn: points,
      refunded: 0,
      duration: null,
      settle_by: isOpen ? one.settleBy : null,
      opened_at: isOpen ? one.at : one.settledAt,
      closed_at: isOpen ? null : one.settledAt,
      charged: isOpen ? null : points,
      owed: 0,
      uncollected: 0,
      quantity: null,
      price: null,
    },
  };
}

const pointsOf = (slices: readonly { readonly points: number }[]): number =>
  slices.reduce((sum, { points }) => sum + points, 0);
