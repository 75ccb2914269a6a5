import type { PublishedTransaction } from '../read-tables.js';
import type { AccountRow, BatchRow, ConsumptionRow, TransactionRow } from '../fold/loaded-rows.js';

// The driver gives bigint as text and timestamptz as Date. Every number here is below 2^53.

/** The columns of a table, each as the driver gives it. */
type Columns<Row, Big extends keyof Row, Time extends keyof Row> = {
  [K in keyof Row]: K extends Big
    ? string | Extract<Row[K], null>
    : K extends Time
      ? Date | Extract<Row[K], null>
      : Row[K];
};

const number = (text: string | null): number | null => (text === null ? null : Number(text));
const time = (date: Date | null): string | null => date?.toISOString() ?? null;

export type AccountColumns = Columns<AccountRow, 'revision', 'updated_at'>;
export const toAccount = (row: AccountColumns): AccountRow => ({
  ...row,
  revision: Number(row.revision),
  updated_at: row.updated_at.toISOString(),
});

export const BATCH = `user_id, batch_id, points, remaining, priority, expires_at, grace, revision,
  line, created_at`;
export type BatchColumns = Columns<
  BatchRow,
  'batch_id' | 'points' | 'revision',
  'expires_at' | 'created_at'
>;
export const toBatch = (row: BatchColumns): BatchRow => ({
  ...row,
  batch_id: Number(row.batch_id),
  points: Number(row.points),
  revision: Number(row.revision),
  expires_at: time(row.expires_at),
  created_at: row.created_at.toISOString(),
});

export const CONSUMPTION = `user_id, revision, consumption_id, source_type, source_id, status,
  estimate, actual, drawn, refunded, duration, settle_by, opened_at, closed_at, first_row,
  row_count, duration_row`;
export type ConsumptionColumns = Columns<
  ConsumptionRow,
  'revision' | 'drawn' | 'refunded' | 'first_row' | 'duration_row',
  'settle_by' | 'opened_at' | 'closed_at'
>;
export const toConsumption = (row: ConsumptionColumns): ConsumptionRow => ({
  ...row,
  revision: Number(row.revision),
  drawn: Number(row.drawn),
  refunded: Number(row.refunded),
  first_row: Number(row.first_row),
  duration_row: Number(row.duration_row),
  settle_by: time(row.settle_by),
  opened_at: row.opened_at.toISOString(),
  closed_at: time(row.closed_at),
});

export const TRANSACTION = `id, user_id, type, amount, balance_before, balance_after, source_type,
  source_id, batch_id, duration, description, created_at, updated_at`;
export type TransactionColumns = Columns<
  PublishedTransaction,
  'id' | 'batch_id',
  'created_at' | 'updated_at'
>;
export const toTransaction = (row: TransactionColumns): PublishedTransaction => ({
  ...row,
  id: Number(row.id),
  batch_id: number(row.batch_id),
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
});

export const TRANSACTION_LINE = `${TRANSACTION}, revision, line, consumption_of`;
export type TransactionLineColumns = TransactionColumns & {
  readonly revision: string;
  readonly line: number;
  readonly consumption_of: string | null;
};
export const toTransactionLine = (row: TransactionLineColumns): TransactionRow => ({
  ...toTransaction(row),
  revision: Number(row.revision),
  line: row.line,
  consumption_of: number(row.consumption_of),
});
