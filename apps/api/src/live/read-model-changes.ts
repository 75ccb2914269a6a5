import { sleep } from '#async';
import type { ReadTables } from '#read-model';

export interface ReadModelChangesOptions {
  readonly pollMs: number;
  /** Called when the read tables can't be asked; they will be again. */
  readonly onPollError: (cause: unknown) => void;
}

interface Waiter {
  wake(): void;
}

/** Tells when the read tables have moved, by one question at a time however many want to know. */
export class ReadModelChanges {
  readonly #waiters = new Set<Waiter>();
  #version = 0;
  #position: string | null | undefined;
  #isPolling = false;

  constructor(
    private readonly tables: Pick<ReadTables, 'position'>,
    private readonly options: ReadModelChangesOptions,
  ) {}

  /** Rises whenever the tables have moved. Ask for it before reading, then wait for the one behind. */
  get version(): number {
    return this.#version;
  }

  /** True: there is a newer edition. False: the time is over, or the signal aborted. */
  waitForNewer(version: number, waitMsMax: number, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false);
    if (this.#version > version) return Promise.resolve(true);
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        this.#waiters.delete(waiter);
        resolve(!signal.aborted && this.#version > version);
      };
      const waiter = { wake: end };
      const timer = setTimeout(end, waitMsMax);
      signal.addEventListener('abort', end, { once: true });
      this.#waiters.add(waiter);
      if (!this.#isPolling) void this.#poll();
    });
  }

  /** Goes on as long as somebody waits. What moved while nobody did is news to the first one. */
  async #poll(): Promise<void> {
    this.#isPolling = true;
    while (this.#waiters.size > 0) {
      await this.#pollOnce();
      await sleep(this.options.pollMs);
    }
    this.#isPolling = false;
  }

  async #pollOnce(): Promise<void> {
    try {
      const position = await this.tables.position();
      if (position === this.#position) return;
      this.#position = position;
      this.#version += 1;
      for (const waiter of [...this.#waiters]) waiter.wake();
    } catch (cause) {
      this.options.onPollError(cause);
    }
  }
}
