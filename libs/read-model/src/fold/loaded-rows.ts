import type { AccountRow, BatchRow, ConsumptionRow } from '../schema/tables.js';
import type { DurationChange } from './event-rows.js';

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
