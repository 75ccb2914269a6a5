/** Readers of a partition wait for a transaction that its producer has not ended. */
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
 * A broker sends nothing that comes after an open transaction, for up to `transaction.max.timeout.ms`.
 * One producer can block all others of its partition, and nothing else would tell why.
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

  /** `blockedAt` is where a transaction blocks the partition; null: none does. */
  fetched(partition: number, blockedAt: string | null, nowMs: number): void {
    const known = this.#open.get(partition);
    if (blockedAt === null) {
      this.#open.delete(partition);
      if (known?.isReported) this.observer.unblocked(partition);
      return;
    }
    if (known?.offset !== blockedAt) {
      const isReported = known?.isReported ?? false;
      this.#open.set(partition, { offset: blockedAt, sinceMs: nowMs, isReported });
      return;
    }
    const ms = nowMs - known.sinceMs;
    if (known.isReported || ms < this.durationMsMax) return;
    known.isReported = true;
    this.observer.blockedByTransaction({ partition, offset: blockedAt, ms });
  }

  /** The partitions may be assigned to other consumers now. */
  partitionsRevoked(): void {
    for (const [partition, { isReported }] of this.#open) {
      if (isReported) this.observer.unblocked(partition);
    }
    this.#open.clear();
  }
}
