import { setTimeout as delay } from 'node:timers/promises';
import type { ReadTables } from '#read-model';

export interface NewsTerms {
  readonly pollMs: number;
  /** Called when the read tables can't be asked; they will be again. */
  readonly failed: (cause: unknown) => void;
}

interface Waiter {
  wake(): void;
}

/** Tells when the read tables have moved, by one question at a time however many want to know. */
export class News {
  readonly #waiters = new Set<Waiter>();
  #edition = 0;
  #position: string | null | undefined;
  #asking = false;

  constructor(
    private readonly tables: Pick<ReadTables, 'position'>,
    private readonly terms: NewsTerms,
  ) {}

  /** Rises whenever the tables have moved. Ask for it before reading, then wait for the one behind. */
  get edition(): number {
    return this.#edition;
  }

  /** True: there is a newer edition. False: the time is over, or the signal aborted. */
  behind(edition: number, waitMsMax: number, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false);
    if (this.#edition > edition) return Promise.resolve(true);
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        this.#waiters.delete(waiter);
        resolve(!signal.aborted && this.#edition > edition);
      };
      const waiter = { wake: end };
      const timer = setTimeout(end, waitMsMax);
      signal.addEventListener('abort', end, { once: true });
      this.#waiters.add(waiter);
      if (!this.#asking) void this.#ask();
    });
  }

  /** Goes on as long as somebody waits. What moved while nobody did is news to the first one. */
  async #ask(): Promise<void> {
    this.#asking = true;
    while (this.#waiters.size > 0) {
      await this.#askOnce();
      await delay(this.terms.pollMs);
    }
    this.#asking = false;
  }

  async #askOnce(): Promise<void> {
    try {
      const position = await this.tables.position();
      if (position === this.#position) return;
      this.#position = position;
      this.#edition += 1;
      for (const waiter of [...this.#waiters]) waiter.wake();
    } catch (cause) {
      this.terms.failed(cause);
    }
  }
}
