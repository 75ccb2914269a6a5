import type { SourceType } from '#ledger';

import type { DurationChange, NewTransactionRow } from './event-rows.js';

// Rows are named as the columns they stand in.

export interface AccountRow {
  readonly user_id: string;
  balance: number;
  /** Points in open pre-deductions. */
  held: number;
  /** Of the last event that is in the tables. */
  revision: number;
  updated_at: string;
}

export interface BatchRow {
  readonly user_id: string;
  readonly batch_id: number;
  /** All that came in from outside the batch. */
  points: number;
  remaining: number;
  readonly priority: number;
  readonly expires_at: string | null;
  readonly grace: boolean;
  /** The event that brought it in, and which of its slices: the order in which batches came in. */
  readonly revision: number;
  readonly line: number;
  readonly created_at: string;
}

/** `closed`: never a pre-deduction. A late settlement makes `settled` of `timed_out`. */
export type ConsumptionStatus = 'open' | 'closed' | 'settled' | 'cancelled' | 'timed_out';

export interface ConsumptionRow {
  readonly user_id: string;
  /** Of the event that began it. */
  readonly revision: number;
  readonly consumption_id: string;
  readonly source_type: SourceType;
  readonly source_id: string | null;
  status: ConsumptionStatus;
  /** null: never a pre-deduction. */
  readonly estimate: number | null;
  /** What it really cost; null: not known. */
  actual: number | null;
  drawn: number;
  refunded: number;
  duration: number | null;
  readonly settle_by: string | null;
  readonly opened_at: string;
  closed_at: string | null;
  /** The rows of the event that began it: id of the first, and how many. */
  readonly first_row: number;
  readonly row_count: number;
  /** Id of the row that a settlement puts the duration on. */
  duration_row: number;
}

export interface TransactionRow extends NewTransactionRow {
  readonly id: number;
}

/** Seconds for the row of an earlier event. */
export interface TransactionDuration extends DurationChange {
  readonly id: number;
}

/** Rows of one account, as far as somebody needs them, by number: batch id, revision. */
export interface LoadedRows {
  /** Nothing of it is changed any more. */
  isParked: boolean;
  account: AccountRow | null;
  readonly batches: Map<number, BatchRow>;
  readonly consumptions: Map<number, ConsumptionRow>;
}

/** By user: the rows that a batch of events touches. The fold changes them in place. */
export type LoadedRowsByUser = ReadonlyMap<string, LoadedRows>;

export const noLoadedRows = (): LoadedRows => ({
  isParked: false,
  account: null,
  batches: new Map(),
  consumptions: new Map(),
});
