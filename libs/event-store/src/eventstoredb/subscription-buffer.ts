/**
 * A bounded queue between a subscription that delivers one event at a time and a sink that takes
 * batches. While it is full the producer waits, and therefore the server too.
 */
export class SubscriptionBuffer<T> {
  readonly #items: T[] = [];
  #failure: { readonly error: unknown } | null = null;
  #onPut: (() => void) | null = null;
  #onTaken: (() => void) | null = null;

  constructor(private readonly max: number) {}

  async put(item: T): Promise<void> {
    if (this.#failure !== null) return;
    this.#items.push(item);
    this.#wakeConsumer();
    if (this.#items.length < this.max) return;
    await new Promise<void>((resolve) => {
      this.#onTaken = resolve;
    });
  }

  /** Accepts no more items. Those in the buffer are still returned before the error is thrown. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#wakeConsumer();
    this.#wakeProducer();
  }

  /** Takes all items in order, and waits for at least one. */
  async takeAll(): Promise<readonly T[]> {
    while (this.#items.length === 0) {
      if (this.#failure !== null) throw this.#failure.error;
      await new Promise<void>((resolve) => {
        this.#onPut = resolve;
      });
    }
    const items = this.#items.splice(0);
    this.#wakeProducer();
    return items;
  }

  #wakeProducer(): void {
    this.#onTaken?.();
    this.#onTaken = null;
  }

  #wakeConsumer(): void {
    this.#onPut?.();
    this.#onPut = null;
  }
}
