import type pg from 'pg';
import { pause, settledWithin } from '../wait.js';
import type { PostgresObserver, ResolvedPostgresOptions } from './options.js';

const END_MS_MAX = 1_000;

/**
 * Wakes followers when something was committed. Only a hint: it may come late or not at all, so
 * whoever waits looks for itself now and then.
 */
export class CommitNotifications {
  /** How many hints came: a wait for more than were seen before a look misses none. */
  receivedCount = 0;
  /** Connections that listen: two for a moment, when one follower leaves and the next comes. */
  #listening = 0;
  #ended: Promise<unknown> = Promise.resolve();
  #followers = 0;
  #stop: AbortController | null = null;
  readonly #wakers = new Set<() => void>();

  constructor(
    private readonly listener: () => pg.Client,
    private readonly options: ResolvedPostgresOptions,
    private readonly observer: PostgresObserver,
  ) {}

  get received(): number {
    return this.receivedCount;
  }

  /** Listens for as long as anybody follows. */
  subscribe(): () => void {
    this.#followers += 1;
    if (this.#stop === null) {
      this.#stop = new AbortController();
      this.#ended = Promise.all([this.#ended, this.#keepListening(this.#stop.signal)]);
    }
    return () => {
      this.#followers -= 1;
      if (this.#followers > 0) return;
      this.#stop?.abort();
      this.#stop = null;
    };
  }

  /** Until more than `heard` hints came, or it is time to look without one. */
  async wait(received: number, signal: AbortSignal): Promise<void> {
    if (this.receivedCount > received || signal.aborted) return;
    const { pollMs, fallbackPollMs: pollUnhintedMs } = this.options;
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#wakers.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, this.#listening > 0 ? pollMs : pollUnhintedMs);
      this.#wakers.add(done);
      signal.addEventListener('abort', done);
    });
  }

  /** Once nobody follows: when every connection is gone. */
  async disconnected(): Promise<void> {
    await this.#ended;
  }

  async #keepListening(signal: AbortSignal): Promise<void> {
    let waitMs = this.options.backoffMsMin;
    while (!signal.aborted) {
      try {
        await this.#listen(signal, () => {
          waitMs = this.options.backoffMsMin;
        });
      } catch (cause) {
        this.observer.followInterrupted?.(cause, waitMs);
        await pause(waitMs, signal);
        waitMs = Math.min(this.options.backoffMsMax, waitMs * 2);
      }
    }
  }

  /** Returns when it is no longer wanted, throws when the connection is lost. */
  async #listen(signal: AbortSignal, onListening: () => void): Promise<void> {
    const client = this.listener();
    let listens = false;
    const lost = new Promise<never>((_resolve, reject) => {
      client.on('error', reject);
      client.on('end', () => reject(new Error('the connection that listens ended')));
    });
    const stopped = new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    lost.catch(() => {}); // heard below, or the connect itself has failed
    client.on('notification', () => this.notify());
    try {
      await client.connect();
      await client.query('listen event_store');
      this.#listening += 1;
      listens = true;
      onListening();
      this.notify(); // something may have been committed before
      if (!signal.aborted) await Promise.race([lost, stopped]);
    } finally {
      if (listens) this.#listening -= 1;
      this.notify(); // waits that counted on hints look now, and then more often
      await settledWithin(END_MS_MAX, client.end());
    }
  }

  notify(): void {
    this.receivedCount += 1;
    for (const wake of [...this.#wakers]) wake();
  }
}
