import type pg from 'pg';
import { ConditionVariable, RetryBudget, settledWithin, sleep } from '#async';
import type { PostgresObserver, ResolvedPostgresOptions } from './options.js';

const CONNECTION_END_MS_MAX = 1_000;

/**
 * Wakes followers on each commit, by LISTEN and NOTIFY. A notification is only a hint and may be late
 * or missing, so that followers poll as well.
 */
export class CommitNotifications {
  /** A follower misses no notification when it waits for more than it counted before its last read. */
  #receivedCount = 0;
  /** The listening connections. There are two for a moment when one follower replaces another. */
  #listening = 0;
  #ended: Promise<unknown> = Promise.resolve();
  #subscribers = 0;
  #stop: AbortController | null = null;
  readonly #committed = new ConditionVariable();

  constructor(
    private readonly listener: () => pg.Client,
    private readonly options: ResolvedPostgresOptions,
    private readonly observer: PostgresObserver,
  ) {}

  get received(): number {
    return this.#receivedCount;
  }

  /** Listens as long as there is a subscriber. Returns a function that unsubscribes. */
  subscribe(): () => void {
    this.#subscribers += 1;
    if (this.#stop === null) {
      this.#stop = new AbortController();
      this.#ended = Promise.all([this.#ended, this.#keepListening(this.#stop.signal)]);
    }
    return () => {
      this.#subscribers -= 1;
      if (this.#subscribers > 0) return;
      this.#stop?.abort();
      this.#stop = null;
    };
  }

  /** Waits until more than `received` notifications arrived, or it is time to poll, or `signal` aborts. */
  async wait(received: number, signal: AbortSignal): Promise<void> {
    if (this.#receivedCount > received) return;
    const { pollMs, fallbackPollMs } = this.options;
    const waitMsMax = this.#listening > 0 ? pollMs : fallbackPollMs;
    await this.#committed.wait({ signal, waitMsMax });
  }

  /** Resolves when every connection has ended, after the last subscriber has left. */
  async disconnected(): Promise<void> {
    await this.#ended;
  }

  async #keepListening(signal: AbortSignal): Promise<void> {
    const budget = new RetryBudget({ ...this.options, totalMsMax: Infinity }, { signal });
    while (!signal.aborted) {
      try {
        await this.#listen(signal, () => budget.succeeded());
      } catch (cause) {
        const delayMs = budget.failed();
        if (delayMs === null) return;
        this.observer.followInterrupted?.(cause, delayMs);
        await sleep(delayMs, { signal });
      }
    }
  }

  /** Returns when `signal` aborts, throws when the connection is lost. */
  async #listen(signal: AbortSignal, onListening: () => void): Promise<void> {
    const client = this.listener();
    let isListening = false;
    const lost = new Promise<never>((_resolve, reject) => {
      client.on('error', reject);
      client.on('end', () => reject(new Error('the listening connection ended')));
    });
    const stopped = new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    lost.catch(() => {}); // It is awaited below, unless connecting has failed before.
    client.on('notification', () => this.#notify());
    try {
      await client.connect();
      await client.query('listen event_store');
      this.#listening += 1;
      isListening = true;
      onListening();
      this.#notify(); // Something may have been committed before this connection listened.
      if (!signal.aborted) await Promise.race([lost, stopped]);
    } finally {
      if (isListening) this.#listening -= 1;
      this.#notify(); // Followers that waited for notifications read now, and then poll more often.
      await settledWithin(client.end(), CONNECTION_END_MS_MAX);
    }
  }

  #notify(): void {
    this.#receivedCount += 1;
    this.#committed.notifyAll();
  }
}
