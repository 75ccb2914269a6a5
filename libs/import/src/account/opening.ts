// What `AccountOpened` says of an account, but for what follows from its rows alone.

export interface Draw {
  readonly batchId: number;
  readonly points: number;
}

export interface OpeningBatch {
  readonly batchId: number;
  /** null: the old service knows no such batch. */
  readonly legacyBatchId: string | null;
  readonly points: number;
  readonly remaining: number;
  readonly expired: number;
  readonly priority: number;
  readonly expiresAt: string | null;
  readonly rechargeId: string | null;
  readonly sourceId: string | null;
  readonly createdAt: string;
}

interface OpeningConsumption {
  readonly consumptionId: string;
  readonly sourceType: string;
  readonly sourceId: string | null;
  readonly label: string;
  readonly draws: readonly Draw[];
  /** Ids of its consume rows. */
  readonly rows: readonly string[];
}

export interface ClosedAtOpening extends OpeningConsumption {
  readonly settledAt: string;
}

export interface OpenAtOpening extends OpeningConsumption {
  readonly at: string;
  readonly settleBy: string;
}

export interface Adjustment {
  readonly balanceWas: number;
  readonly batchesWas: number;
  readonly believed: 'balance' | 'batches';
  /** The row that tells it, where the balance is not what the last row says. */
  readonly row: {
    readonly type: 'recharge' | 'expire';
    readonly amount: number;
    readonly before: number;
  } | null;
}

export interface Opening {
  readonly balance: number;
  readonly batches: readonly OpeningBatch[];
  readonly closed: readonly ClosedAtOpening[];
  readonly open: readonly OpenAtOpening[];
  readonly adjusted: Adjustment | null;
}
