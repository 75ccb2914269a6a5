/**
 * Between a subscription that gives one by one and a sink that takes many at once. Bounded: whoever
 * gives waits while it is full, and so does the server behind it.
 */
export class BatchQueue<T> {
  readonly #items: T[] = [];
  #failure: { readonly error: unknown } | null = null;
  #whenGiven: (() => void) | null = null;
  #whenTaken: (() => void) | null = null;

  constructor(private readonly max: number) {}

  async give(item: T): Promise<void> {
    if (this.#failure !== null) return;
    this.#items.push(item);
    this.#wakeTaker();
    if (this.#items.length < this.max) return;
    await new Promise<void>((resolve) => {
      this.#whenTaken = resolve;
    });
  }

  /** Nothing more is taken in; what is there is still given out, and then the error. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#wakeTaker();
    this.#wakeGiver();
  }

  /** All there is, in order; waits for at least one. */
  async take(): Promise<readonly T[]> {
    while (this.#items.length === 0) {
      if (this.#failure !== null) throw this.#failure.error;
      await new Promise<void>((resolve) => {
        this.#whenGiven = resolve;
      });
    }
    const items = this.#items.splice(0);
    this.#wakeGiver();
    return items;
  }

  #wakeGiver(): void {
    this.#whenTaken?.();
    this.#whenTaken = null;
  }

  #wakeTaker(): void {
    this.#whenGiven?.();
    this.#whenGiven = null;
  }
}
