import type { AccountRow, BatchRow, ConsumptionRow, RechargeRow } from '../schema/tables.js';
import type { DurationChange } from './event-rows.js';

/** A duration for the row of an earlier event. */
export interface TransactionDuration extends DurationChange {
  readonly id: number;
}

/** The rows of one account that a batch of events needs: batches by id, the others by revision. */
export interface LoadedRows {
  /** The rows of a parked account do not change. */
  isParked: boolean;
  account: AccountRow | null;
  readonly batches: Map<number, BatchRow>;
  readonly consumptions: Map<number, ConsumptionRow>;
  readonly recharges: Map<number, RechargeRow>;
  /** The ids of its legacy rows, as far as they were looked for, by the ids they had. */
  readonly legacy: Map<string, number>;
}

/** The rows by user. The fold changes them in place. */
export type LoadedRowsByUser = ReadonlyMap<string, LoadedRows>;

export const noLoadedRows = (): LoadedRows => ({
  isParked: false,
  account: null,
  batches: new Map(),
  consumptions: new Map(),
  recharges: new Map(),
  legacy: new Map(),
});
