/** Readers of a partition wait for a transaction that a sender has not ended. */
export interface BlockedPartition {
  readonly partition: number;
  /** Of the transaction's first message. */
  readonly offset: string;
  readonly ms: number;
}

interface OpenTransaction {
  readonly offset: string;
  readonly sinceMs: number;
  isReported: boolean;
}

/**
 * A broker hands out nothing behind an open transaction, for up to `transaction.max.timeout.ms`: one
 * sender can keep all others of its partition waiting, and nothing else would say why.
 */
export class OpenTransactionDetector {
  readonly #open = new Map<number, OpenTransaction>();

  constructor(
    private readonly durationMsMax: number,
    private readonly observer: {
      readonly blockedByTransaction: (partition: BlockedPartition) => void;
      readonly unblocked: (partition: number) => void;
    },
  ) {}

  seen(partition: number, blockedAt: string | null, nowMs: number): void {
    const transaction = this.#open.get(partition);
    if (blockedAt === null) {
      this.#open.delete(partition);
      if (transaction?.isReported) this.observer.unblocked(partition);
      return;
    }
    if (transaction?.offset !== blockedAt) {
      this.#open.set(partition, {
        offset: blockedAt,
        sinceMs: nowMs,
        isReported: transaction?.isReported ?? false,
      });
      return;
    }
    const ms = nowMs - transaction.sinceMs;
    if (transaction.isReported || ms < this.durationMsMax) return;
    transaction.isReported = true;
    this.observer.blockedByTransaction({ partition, offset: blockedAt, ms });
  }

  /** Others may have the partitions now. */
  partitionsRevoked(): void {
    for (const [partition, { isReported }] of this.#open)
      if (isReported) this.observer.unblocked(partition);
    this.#open.clear();
  }
}
