export interface BatchingLimits {
  /** The maximum size of one batch. A larger item is a batch of its own. */
  readonly batchSizeMax: number;
  readonly batchItemsMax: number;
  /** `add` waits while this many items are queued. */
  readonly queuedItemsMax: number;
}

export interface BatchProcessor<T> {
  run(items: readonly T[]): Promise<void>;
  sizeOf(item: T): number;
  /**
   * Whether one item may be the cause. Then the items of each caller run again by themselves, so that
   * one caller's item can't fail those of the others.
   */
  isItemError(error: unknown): boolean;
}

interface Queued<T> {
  readonly item: T;
  readonly caller: Caller;
}

interface Caller {
  itemsLeft: number;
  settle(error?: unknown): void;
}

/**
 * Runs one batch at a time, in order. No timer fills a batch: it is what came in while the one before
 * ran, so that a quiet queue is fast and a busy one is efficient.
 */
export class BatchingQueue<T> {
  readonly #queue: Queued<T>[] = [];
  readonly #whenIdle: (() => void)[] = [];
  #capacityFreed: (() => void) | null = null;
  #lastAdmitted: Promise<void> = Promise.resolve();
  #isRunning = false;

  constructor(
    private readonly processor: BatchProcessor<T>,
    private readonly limits: BatchingLimits,
  ) {}

  /** Resolves when the batches of all items have succeeded, and rejects when one of them failed. */
  add(items: readonly T[]): Promise<void> {
    if (items.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const caller: Caller = {
        itemsLeft: items.length,
        settle: (error) => (error === undefined ? resolve() : reject(asError(error))),
      };
      this.#lastAdmitted = this.#lastAdmitted.then(() => this.#admit(items, caller));
    });
  }

  /** Resolves when nothing is queued and nothing runs. */
  async idle(): Promise<void> {
    await this.#lastAdmitted;
    if (!this.#isRunning) return;
    await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }

  async #admit(items: readonly T[], caller: Caller): Promise<void> {
    while (this.#queue.length >= this.limits.queuedItemsMax) {
      await new Promise<void>((resolve) => (this.#capacityFreed = resolve));
    }
    for (const item of items) this.#queue.push({ item, caller });
    void this.#runAll();
  }

  async #runAll(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, this.#nextBatchLength());
      this.#capacityFreed?.();
      await this.#run(batch);
    }
    this.#isRunning = false;
    for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  async #run(batch: readonly Queued<T>[]): Promise<void> {
    try {
      await this.processor.run(batch.map(({ item }) => item));
      for (const { caller } of batch) if (--caller.itemsLeft === 0) caller.settle();
    } catch (error) {
      const callers = new Set(batch.map(({ caller }) => caller));
      if (callers.size === 1 || !this.processor.isItemError(error)) {
        for (const caller of callers) caller.settle(error);
        return;
      }
      for (const one of callers) await this.#run(batch.filter(({ caller }) => caller === one));
    }
  }

  #nextBatchLength(): number {
    const { batchSizeMax, batchItemsMax } = this.limits;
    let size = 0;
    let length = 0;
    for (const { item } of this.#queue) {
      size += this.processor.sizeOf(item);
      if (length > 0 && (size > batchSizeMax || length >= batchItemsMax)) break;
      length += 1;
    }
    return length;
  }
}

const asError = (error: unknown): Error =>
  error instanceof Error ? error : new Error(String(error));
