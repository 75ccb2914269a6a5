import type { Alteration, LegacyRow } from '#ledger';

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
