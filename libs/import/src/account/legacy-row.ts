import type { LegacyNumber } from '../reading/legacy-number.js';

/** The columns of the read table without the user, as they were read: what an event keeps of a row. */
export type LegacyRow = readonly [
  id: string,
  type: string | null,
  amount: LegacyNumber | null,
  balanceBefore: LegacyNumber | null,
  balanceAfter: LegacyNumber | null,
  sourceType: string | null,
  sourceId: string | null,
  batchId: string | null,
  duration: LegacyNumber | null,
  description: string | null,
  createdAt: string | null,
  updatedAt: string | null,
];

export type LegacyField =
  | 'type'
  | 'amount'
  | 'balance_before'
  | 'balance_after'
  | 'source_type'
  | 'source_id'
  | 'batch_id'
  | 'duration'
  | 'description'
  | 'created_at'
  | 'updated_at';

/** What the read table shows instead; field `row`: it does not show the row. */
export interface Alteration {
  readonly legacyId: string;
  readonly field: LegacyField | 'row';
  readonly now: string | number | null;
  readonly why: string;
}

export type TransactionType = 'recharge' | 'consume' | 'expire' | 'refund';

/** A row that can be shown, as it will be. */
export interface ShownRow {
  readonly id: string;
  readonly type: TransactionType;
  readonly amount: number;
  readonly before: number;
  readonly after: number;
  readonly sourceType: string | null;
  /** The business that a consumption can be of; null: none, or one that stays history. */
  readonly business: string | null;
  readonly sourceId: string | null;
  /** The number of the batch, and what the row says; both null: it names none. */
  readonly batchId: number | null;
  readonly legacyBatchId: string | null;
  readonly createdAt: string;
  readonly createdMs: number;
  /** The id of the consumption; null: the row has none that can be used. */
  readonly consumptionId: string | null;
}

export interface ReadRow {
  readonly row: LegacyRow;
  readonly altered: readonly Alteration[];
  /** null: it can't be shown. */
  readonly shown: ShownRow | null;
}
