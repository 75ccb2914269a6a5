import type { AccountBatches, PointTransactionItem, Usage } from '#contracts';
import type { BatchRow, TransactionRow, StatementRow, UsageItem } from '#read-model';
import { formatRowRef } from './row-ref.js';

// Rows of the read tables as the API answers them.

export const itemOf = (row: StatementRow | TransactionRow): PointTransactionItem => ({
  id: row.id,
  user_id: row.user_id,
  type: row.type,
  amount: row.amount,
  balance_before: row.balance_before,
  balance_after: row.balance_after,
  source_type: row.source_type,
  source_id: row.source_id,
  batch_id: row.batch_id,
  duration: row.duration,
  description: row.description,
  created_at: row.created_at,
  updated_at: row.updated_at,
  row_ref: formatRowRef(row),
});

export const toBatchItem = (row: BatchRow): AccountBatches['items'][number] => ({
  batch_id: row.batch_id,
  points: row.points,
  remaining: row.remaining,
  priority: row.priority,
  expires_at: row.expires_at,
  created_at: row.created_at,
});

/** An item has only the keys by which it was grouped. */
export function toUsage(items: readonly UsageItem[]): Usage {
  return {
    items: items.map(({ day, source_type, ...used }) => ({
      ...(day !== null && { day }),
      ...(source_type !== null && { source_type }),
      ...used,
    })),
  } as Usage;
}
