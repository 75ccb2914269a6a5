import { ReadEnded } from './reader.js';

/** Between what makes answers and what sends them: so many wait in it and no more. */
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

  /** false: it is full, or takes in nothing any more. */
  tryWrite(item: T): boolean {
    if (this.#failure !== null || this.#items.length >= this.max) return false;
    this.#items.push(item);
    this.#changed();
    return true;
  }

  /** Makes room by losing the oldest: whoever reads finds a gap. */
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

  /** What is in it is still given out, and then the error. */
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
