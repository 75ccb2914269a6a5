/**
 * Between a subscription that gives one by one and a sink that takes many at once. Bounded: whoever
 * gives waits while it is full, and so does the server behind it.
 */
export class BatchingQueue<T> {
  readonly #items: T[] = [];
  #failure: { readonly error: unknown } | null = null;
  onPut: (() => void) | null = null;
  onTaken: (() => void) | null = null;

  constructor(private readonly max: number) {}

  async put(item: T): Promise<void> {
    if (this.#failure !== null) return;
    this.#items.push(item);
    this.wakeConsumer();
    if (this.#items.length < this.max) return;
    await new Promise<void>((resolve) => {
      this.onTaken = resolve;
    });
  }

  /** Nothing more is taken in; what is there is still given out, and then the error. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.wakeConsumer();
    this.wakeProducer();
  }

  /** All there is, in order; waits for at least one. */
  async takeAll(): Promise<readonly T[]> {
    while (this.#items.length === 0) {
      if (this.#failure !== null) throw this.#failure.error;
      await new Promise<void>((resolve) => {
        this.onPut = resolve;
      });
    }
    const items = this.#items.splice(0);
    this.wakeProducer();
    return items;
  }

  wakeProducer(): void {
    this.onTaken?.();
    this.onTaken = null;
  }

  wakeConsumer(): void {
    this.onPut?.();
    this.onPut = null;
  }
}
