import type { NewParkedAccount } from './parking.js';
import type { NewTransactionRow } from './new-transaction-row.js';
import type { TransactionDuration } from './loaded-rows.js';
import type {
  AccountRow,
  BatchRow,
  ConsumptionRow,
  RechargeRow,
  TransactionRow,
} from '../schema/tables.js';

/** The rows of one table that a batch of events inserts and updates. */
export interface RowWrites<T> {
  readonly inserted: Set<T>;
  readonly updated: Set<T>;
}

export interface FoldedRows {
  readonly parked: NewParkedAccount[];
  /** Events of parked accounts. */
  skippedEvents: number;
  /** The rows get this id and the following ones. */
  readonly firstId: number;
  /** null: a row that was there for a moment. Its id is not used again. */
  readonly transactions: (NewTransactionRow | null)[];
  /** Durations for rows that were written before this batch. */
  readonly durations: TransactionDuration[];
  readonly legacy: LegacyWrites;
  readonly accounts: RowWrites<AccountRow>;
  readonly batches: RowWrites<BatchRow>;
  readonly consumptions: RowWrites<ConsumptionRow>;
  readonly recharges: RowWrites<RechargeRow>;
}

/** What happens to legacy rows that were written before this batch, by their ids. */
export interface LegacyWrites {
  readonly updates: Map<number, TransactionRow>;
  readonly deletes: Map<number, Pick<TransactionRow, 'id' | 'user_id'>>;
  /** The consumptions that an opening made of them. */
  readonly owners: Pick<TransactionRow, 'id' | 'user_id' | 'consumption_of'>[];
  readonly durations: Pick<TransactionRow, 'id' | 'user_id' | 'duration' | 'updated_at'>[];
}

export const emptyFoldedRows = (firstId: number): FoldedRows => ({
  parked: [],
  skippedEvents: 0,
  firstId,
  transactions: [],
  durations: [],
  legacy: { updates: new Map(), deletes: new Map(), owners: [], durations: [] },
  accounts: { inserted: new Set(), updated: new Set() },
  batches: { inserted: new Set(), updated: new Set() },
  consumptions: { inserted: new Set(), updated: new Set() },
  recharges: { inserted: new Set(), updated: new Set() },
});
