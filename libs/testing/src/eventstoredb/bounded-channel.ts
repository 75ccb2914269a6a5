import { ReadEnded } from './reader.js';

/** A bounded queue between the producer of messages and their sender. */
export class BoundedChannel<T> {
  readonly #items: T[] = [];
  #failure: { readonly error: unknown } | null = null;
  #wake: (() => void)[] = [];

  constructor(
    private readonly max: number,
    private readonly gone: AbortSignal,
  ) {
    gone.addEventListener('abort', () => this.#changed());
  }

  /** False: it is full, or has failed. */
  tryWrite(item: T): boolean {
    if (this.#failure !== null || this.#items.length >= this.max) return false;
    this.#items.push(item);
    this.#changed();
    return true;
  }

  /** Discards the oldest item when it is full: the consumer finds a gap. */
  writeOverOldest(item: T): void {
    if (this.#items.length >= this.max) this.#items.shift();
    this.tryWrite(item);
  }

  async write(item: T): Promise<void> {
    while (!this.tryWrite(item)) {
      if (this.#failure !== null || this.gone.aborted) throw new ReadEnded();
      await this.#change();
    }
  }

  /** What it holds is still handed out, and then the error is thrown. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#changed();
  }

  async take(): Promise<T> {
    for (;;) {
      if (this.gone.aborted) throw new ReadEnded();
      const item = this.#items.shift();
      if (item !== undefined) {
        this.#changed();
        return item;
      }
      if (this.#failure !== null) throw this.#failure.error;
      await this.#change();
    }
  }

  async #change(): Promise<void> {
    await new Promise<void>((resolve) => this.#wake.push(resolve));
  }

  #changed(): void {
    const waiting = this.#wake;
    this.#wake = [];
    for (const wake of waiting) wake();
  }
}
