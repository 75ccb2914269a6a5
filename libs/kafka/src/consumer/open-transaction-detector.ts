/** Readers of a partition wait for a transaction that a sender has not ended. */
export interface HeldPartition {
  readonly partition: number;
  /** Of the transaction's first message. */
  readonly offset: string;
  readonly ms: number;
}

interface Held {
  readonly offset: string;
  readonly sinceMs: number;
  isTold: boolean;
}

/**
 * A broker hands out nothing behind an open transaction, for up to `transaction.max.timeout.ms`: one
 * sender can keep all others of its partition waiting, and nothing else would say why.
 */
export class TransactionWatch {
  readonly #held = new Map<number, Held>();

  constructor(
    private readonly msMax: number,
    private readonly tell: {
      readonly held: (partition: HeldPartition) => void;
      readonly released: (partition: number) => void;
    },
  ) {}

  seen(partition: number, heldAt: string | null, nowMs: number): void {
    const held = this.#held.get(partition);
    if (heldAt === null) {
      this.#held.delete(partition);
      if (held?.isTold) this.tell.released(partition);
      return;
    }
    if (held?.offset !== heldAt) {
      this.#held.set(partition, { offset: heldAt, sinceMs: nowMs, isTold: held?.isTold ?? false });
      return;
    }
    const ms = nowMs - held.sinceMs;
    if (held.isTold || ms < this.msMax) return;
    held.isTold = true;
    this.tell.held({ partition, offset: heldAt, ms });
  }

  /** Others may have the partitions now. */
  ownershipLost(): void {
    for (const [partition, { isTold }] of this.#held) if (isTold) this.tell.released(partition);
    this.#held.clear();
  }
}
