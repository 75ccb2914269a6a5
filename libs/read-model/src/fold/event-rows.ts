import type { SourceType } from '#ledger';

import type { TransactionRow } from '../schema/tables.js';

/** A row of the statement before it has its id. */
export type NewTransactionRow = Omit<TransactionRow, 'id'>;

/** Seconds that are known only now, for the first row of an earlier event. */
export interface DurationChange {
  readonly revision: number;
  readonly duration: number;
  readonly updated_at: string;
}

export interface BatchChange {
  readonly batch_id: number;
  /** Points that came in from outside the batch. */
  readonly pointsIn: number;
  /** What it has left changes by this much. */
  readonly remaining: number;
  /** The batch as it begins; of a grace batch used only when there is none yet. null: must be there. */
  readonly initial: {
    readonly priority: number;
    readonly expires_at: string | null;
    readonly grace: boolean;
    readonly line: number;
  } | null;
}

export type ConsumptionChange =
  | {
      readonly kind: 'begun';
      readonly of: number;
      readonly consumption_id: string;
      readonly source_type: SourceType;
      readonly source_id: string | null;
      readonly points: number;
      readonly duration: number | null;
      /** null: closed at once. */
      readonly settle_by: string | null;
    }
  | { readonly kind: 'charged'; readonly of: number; readonly points: number }
  | {
      readonly kind: 'refunded';
      readonly of: number;
      readonly points: number;
      /** What it means for one that is open. */
      readonly closes: 'cancelled' | 'timed_out' | null;
    }
  | {
      readonly kind: 'settled';
      readonly of: number;
      readonly actual: number;
      readonly duration: number | null;
    };

/** Everything that one event changes in the read tables. */
export interface EventRows {
  readonly account: {
    readonly user_id: string;
    readonly revision: number;
    readonly balance: number;
    readonly at: string;
  };
  readonly transactions: readonly NewTransactionRow[];
  readonly duration: DurationChange | null;
  readonly batches: readonly BatchChange[];
  readonly consumption: ConsumptionChange | null;
}
