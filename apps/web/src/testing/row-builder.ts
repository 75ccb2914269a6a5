import type { PointTransactionItem } from '#contracts';

/** Builds a row of the statement. */
export function rowOf(
  id: number,
  overrides: Partial<PointTransactionItem> = {},
): PointTransactionItem {
  return {
    id,
    user_id: '0a11ce00-0000-4000-8000-000000000001',
    type: 'consume',
    amount: 1,
    balance_before: 100 - id,
    balance_after: 99 - id,
    source_type: 'script',
    source_id: null,
    batch_id: 1,
    duration: null,
    description: '【脚本生成】',
    created_at: '2030-01-01T00:00:00.000Z',
    updated_at: '2030-01-01T00:00:00.000Z',
    row_ref: `r${id}.0`,
    ...overrides,
  };
}
