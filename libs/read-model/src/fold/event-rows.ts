import type { SourceType } from '#ledger';

// Rows are named as the columns they go into.

/** A row of mjk_point_transactions before it has its id, and what it was made of. */
export interface NewTransactionRow {
  readonly user_id: string;
  readonly type: TransactionType;
  readonly amount: number;
  readonly balance_before: number;
  readonly balance_after: number;
  readonly source_type: SourceType | null;
  readonly source_id: string | null;
  readonly batch_id: number | null;
  readonly duration: number | null;
  readonly description: string | null;
  readonly created_at: string;
  readonly updated_at: string;
  /** The event it comes from … */
  readonly revision: number;
  /** … and which of its rows it is, from 0. */
  readonly line: number;
  /** Revision of the event that began the consumption it belongs to. */
  readonly consumption_of: number | null;
}

export type TransactionType = 'recharge' | 'consume' | 'expire' | 'refund';

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
