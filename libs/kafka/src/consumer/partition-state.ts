import { AdaptiveBatchSize } from './adaptive-batch-size.js';

/** Bytes can be damaged on their way here: a batch is fetched again before it counts as damaged. */
const REFETCHES_MAX = 2;

/** What is known of a partition for as long as it is assigned to this consumer. */
export class PartitionState {
  readonly #batchSize: AdaptiveBatchSize;
  #failures = 0;
  #isolatedLeft = 0;
  #refetches = 0;

  constructor(limits: { readonly subBatchMessagesMax: number; readonly subBatchMsMax: number }) {
    this.#batchSize = new AdaptiveBatchSize(limits.subBatchMessagesMax, limits.subBatchMsMax);
  }

  /** Of the next sub-batch. */
  get messagesMax(): number {
    return this.#isolatedLeft > 0 ? 1 : this.#batchSize.count;
  }

  /** In a row. */
  get failures(): number {
    return this.#failures;
  }

  failed(): void {
    this.#failures += 1;
  }

  /** Whether it has recovered from a failure by this. */
  succeeded(messages: number, ms: number): boolean {
    const hasRecovered = this.#failures > 0;
    this.#batchSize.record(messages, ms);
    this.#isolatedLeft = Math.max(0, this.#isolatedLeft - messages);
    this.#refetches = 0;
    this.#failures = 0;
    return hasRecovered;
  }

  /** The next messages are handled one at a time, to find the one that a handler can't handle. */
  isolate(messages: number): void {
    this.#isolatedLeft = messages;
  }

  /** Counts a refetch of the next batch. False: it was fetched often enough. */
  mayRefetch(): boolean {
    if (this.#refetches >= REFETCHES_MAX) return false;
    this.#refetches += 1;
    return true;
  }
}
