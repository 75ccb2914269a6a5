import { ConditionVariable, sleep } from '#async';
import type { ReadTables } from '#read-model';

export interface ReadModelChangesOptions {
  readonly pollMs: number;
  /** Called when a poll fails. Polling continues. */
  readonly onPollError: (cause: unknown) => void;
}

/** Reports changes of the read tables to any number of waiters, by one poll at a time. */
export class ReadModelChanges {
  readonly #changed = new ConditionVariable();
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
  async waitForNewer(version: number, waitMsMax: number, signal: AbortSignal): Promise<boolean> {
    if (this.#version <= version) {
      const changed = this.#changed.wait({ signal, waitMsMax });
      if (!this.#isPolling) void this.#poll();
      await changed;
    }
    return !signal.aborted && this.#version > version;
  }

  /** Polls while there are waiters. A change in between is reported to the first waiter after it. */
  async #poll(): Promise<void> {
    this.#isPolling = true;
    while (this.#changed.waiting > 0) {
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
      this.#changed.notifyAll();
    } catch (cause) {
      this.options.onPollError(cause);
    }
  }
}
