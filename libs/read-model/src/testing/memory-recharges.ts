import { REINSTATEMENT_LABEL, REVERSAL_COLLECTED_LABEL, REVERSAL_LABEL } from '#ledger';

import type { RechargeRow, TransactionRow } from '../schema/tables.js';

const LABELS = [REVERSAL_LABEL, REVERSAL_COLLECTED_LABEL, REINSTATEMENT_LABEL];

const isOfBatch = (recharge: RechargeRow, row: TransactionRow): boolean =>
  row.description === REVERSAL_LABEL && recharge.batch_id === row.batch_id;

/** Those that were reversed and have the order of the row. */
const reversedOfOrder = (
  recharges: readonly RechargeRow[],
  sourceId: string | null,
): readonly RechargeRow[] =>
  recharges.filter(
    ({ reversed, source_id }) => reversed > 0 && sourceId !== null && source_id === sourceId,
  );

export function rechargeOfRow(
  recharges: readonly RechargeRow[],
  row: TransactionRow,
): RechargeRow | null {
  if (row.type === 'recharge') {
    return recharges.find(({ revision }) => revision === row.revision) ?? null;
  }
  if (!LABELS.includes(row.description ?? '')) return null;
  const ofBatch = recharges.find((one) => one.reversed > 0 && isOfBatch(one, row));
  if (ofBatch !== undefined) return ofBatch;
  const ofOrder = reversedOfOrder(recharges, row.source_id);
  return ofOrder.length === 1 ? (ofOrder[0] ?? null) : null;
}

export function rowsOfRecharge(
  rows: readonly TransactionRow[],
  recharges: readonly RechargeRow[],
  recharge: RechargeRow | null,
  shown: TransactionRow,
): readonly TransactionRow[] {
  if (recharge === null || recharge.reversed === 0) return [shown];
  const { source_id: order, revision } = recharge;
  const isOnly = reversedOfOrder(recharges, order).length === 1;
  return rows.filter((row) => {
    if (row.id === shown.id || row.revision === revision) return true;
    if (order === null || row.source_id !== order || row.consumption_of !== null) return false;
    return LABELS.includes(row.description ?? '') && (isOnly || isOfBatch(recharge, row));
  });
}
