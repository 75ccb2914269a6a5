/** A value as Postgres writes it: every column is read as text, so that nothing is lost or rounded. */
export type RawText = string | null;

/** A row of the old table. `ids` has the columns that are the id of a consumption. */
export interface RawRow {
  readonly id: string;
  readonly type: RawText;
  readonly amount: RawText;
  readonly balanceBefore: RawText;
  readonly balanceAfter: RawText;
  readonly sourceType: RawText;
  readonly sourceId: RawText;
  readonly batchId: RawText;
  /** null too where the table has no such column. */
  readonly duration: RawText;
  readonly description: RawText;
  readonly createdAt: RawText;
  readonly updatedAt: RawText;
  readonly ids: readonly RawText[];
}

/** undefined: the mapping names no such column. */
export interface RawBatch {
  readonly id: RawText;
  readonly remaining: RawText;
  readonly expiresAt: RawText;
  readonly points: RawText | undefined;
  readonly priority: RawText | undefined;
  readonly rechargeId: RawText | undefined;
  readonly sourceId: RawText | undefined;
  readonly createdAt: RawText | undefined;
}

/** A job that the old service has not finished. */
export interface RawJob {
  readonly ids: readonly RawText[];
  readonly settleBy: RawText | undefined;
}

/** Everything of one user, of one moment. */
export interface RawAccount {
  readonly userId: string;
  /** By id. */
  readonly rows: readonly RawRow[];
  readonly batches: readonly RawBatch[];
  readonly jobs: readonly RawJob[];
}
