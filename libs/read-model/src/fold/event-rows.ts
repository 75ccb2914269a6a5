import type { FrozenPrice } from '#ledger';

import type { ImportChange } from './import-change.js';
import type { NewTransactionRow } from './new-transaction-row.js';

export type { NewTransactionRow } from './new-transaction-row.js';

/** A duration that a settlement adds to the first row of an earlier event. */
export interface DurationChange {
  readonly revision: number;
  readonly duration: number;
  readonly updated_at: string;
}

export interface BatchChange {
  readonly batch_id: number;
  /** Points that come into the batch from outside. */
  readonly pointsIn: number;
  /** The change of the points that are left. */
  readonly remaining: number;
  /** The new batch; a grace batch may exist already. null: the batch must exist. */
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
      readonly source_type: string;
      readonly source_id: string | null;
      readonly points: number;
      readonly duration: number | null;
      readonly quantity: number | null;
      readonly price: FrozenPrice | null;
      /** null: the consumption is closed at once. */
      readonly settle_by: string | null;
    }
  | {
      readonly kind: 'charged';
      readonly of: number;
      readonly points: number;
      /** A settlement, more of an estimate, or a debt that was paid. */
      readonly by: 'settlement' | 'extension' | 'collection';
    }
  | {
      readonly kind: 'extended';
      readonly of: number;
      readonly settle_by: string;
      readonly estimate: number;
      readonly quantity: number | null;
    }
  | { readonly kind: 'forgiven'; readonly of: number; readonly points: number }
  | {
      readonly kind: 'refunded';
      readonly of: number;
      readonly points: number;
      /** The status of an open consumption afterwards. null: it does not change. */
      readonly closes: 'cancelled' | 'timed_out' | null;
    }
  | {
      readonly kind: 'settled';
      readonly of: number;
      readonly actual: number;
      readonly duration: number | null;
      readonly charged: number;
      readonly owed: number;
      readonly uncollected: number;
      readonly quantity: number | null;
    };

/** A recharge, and how much of it was reversed and reinstated. */
export type RechargeChange =
  | {
      readonly kind: 'recharged';
      readonly of: number;
      readonly recharge_id: string;
      readonly batch_id: number;
      readonly points: number;
      /** The order. */
      readonly source_id: string | null;
    }
  | {
      readonly kind: 'reversed';
      readonly of: number;
      readonly recharge_id: string;
      readonly batch_id: number;
      readonly source_id: string | null;
      /** Also what was owed and uncollected. */
      readonly points: number;
    }
  | {
      readonly kind: 'reinstated';
      readonly of: number;
      /** Also what was forgiven and waived. */
      readonly points: number;
    };

/** Everything that one event changes in the read tables. */
export interface EventRows {
  readonly account: {
    readonly user_id: string;
    readonly revision: number;
    readonly balance: number;
    readonly owed: number;
    /** By how much the event changes what is owed. */
    readonly owedBy: number;
    readonly at: string;
  };
  readonly transactions: readonly NewTransactionRow[];
  readonly duration: DurationChange | null;
  readonly batches: readonly BatchChange[];
  readonly consumption: ConsumptionChange | null;
  readonly recharge: RechargeChange | null;
  /** Of an account that is taken over from another service. */
  readonly takeOver: ImportChange | null;
}
