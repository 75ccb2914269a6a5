import { sleep } from '#async';
import type { ReadTables } from '#read-model';

export interface ReadModelChangesOptions {
  readonly pollMs: number;
  /** Called when a poll fails. Polling continues. */
  readonly onPollError: (cause: unknown) => void;
}

interface Waiter {
  wake(): void;
}

/** Reports changes of the read tables to any number of waiters, by one poll at a time. */
export class ReadModelChanges {
  readonly #waiters = new Set<Waiter>();
  #version = 0;
  #position: string | null | undefined;
  #isPolling = false;

  constructor(
    private readonly tables: Pick<ReadTables, 'position'>,
    private readonly options: ReadModelChangesOptions,
  ) {}

  /** A number that increases with every change. Get it before reading, then wait for a newer one. */
  get version(): number {
    return this.#version;
  }

  /** Resolves with true for a newer version, and with false on a timeout or when the signal aborts. */
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

  /** Polls while there are waiters. A change in between is reported to the first waiter after it. */
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
