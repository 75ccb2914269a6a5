import { settledWithin, SYSTEM_CLOCK, type Clock } from '#async';
import { connectionStateAfter } from './connection-state.js';
import { openClient, type Client } from './client.js';
import type { ConnectionOptions, EndPoint } from './connection-string.js';

/** A client that is in use, and stays open until it is released. */
export interface ClientLease {
  readonly client: Client;
  /** The server has answered; called for each event of a read. */
  readonly succeeded: () => void;
  /** The call has failed. The error determines whether the connection is discarded. */
  readonly failed: (cause: unknown) => void;
  /** The client is connected to the wrong node and must not be used for further calls. */
  readonly redirected: (cause: unknown, leader: EndPoint) => void;
  readonly release: () => void;
}

interface TrackedClient {
  readonly client: Client;
  users: number;
  isDiscarded: boolean;
  /** The number of answers over this connection, including errors. */
  answers: number;
  /** Since when the server has returned only errors; null when the last answer was a success. */
  failingSinceMs: number | null;
}

/**
 * A node that returns only errors for this long may be cut off from its cluster or be starting, and a
 * new connection may lead to another node.
 */
const FAILING_MS_MAX = 1_000;

/** The current client, and discarded ones on which calls are still in progress. */
export class Clients {
  #current: TrackedClient | null = null;
  #leader: EndPoint | null = null;
  #inUse = 0;
  #closing: Promise<void>[] = [];
  #whenIdle: (() => void)[] = [];

  constructor(
    private readonly options: ConnectionOptions,
    private readonly onReplaced: (cause: unknown) => void,
    private readonly clock: Clock = SYSTEM_CLOCK,
  ) {}

  lease(): ClientLease {
    const tracked = (this.#current ??= this.#open());
    tracked.users += 1;
    this.#inUse += 1;
    let isReleased = false;
    let answersBefore = tracked.answers;
    return {
      client: tracked.client,
      succeeded: () => {
        answersBefore = tracked.answers += 1;
        tracked.failingSinceMs = null;
      },
      failed: (cause) => {
        const state = connectionStateAfter(cause);
        if (state === 'broken') return this.#discard(tracked, cause, null);
        if (state === 'live') return this.#recordFailure(tracked, cause);
        // No other call has been answered over this connection since this one began.
        if (tracked.answers === answersBefore) this.#discard(tracked, cause, null);
      },
      redirected: (cause, leader) => this.#discard(tracked, cause, leader),
      release: () => {
        if (isReleased) return;
        isReleased = true;
        this.#release(tracked);
      },
    };
  }

  /** Waits a limited time for calls in progress, then closes every connection. */
  async close(waitMsMax: number): Promise<void> {
    const idle = new Promise<void>((resolve) => this.#whenIdle.push(resolve));
    if (this.#inUse > 0) await settledWithin(idle, waitMsMax, this.clock);
    if (this.#current !== null) this.#closeClient(this.#current.client);
    this.#current = null;
    await Promise.all(this.#closing);
  }

  #open(): TrackedClient {
    const client = openClient(this.options, this.#leader);
    this.#leader = null;
    return { client, users: 0, isDiscarded: false, answers: 0, failingSinceMs: null };
  }

  #recordFailure(tracked: TrackedClient, cause: unknown): void {
    tracked.answers += 1;
    const nowMs = this.clock.now();
    tracked.failingSinceMs ??= nowMs;
    if (nowMs - tracked.failingSinceMs > FAILING_MS_MAX) this.#discard(tracked, cause, null);
  }

  #discard(tracked: TrackedClient, cause: unknown, leader: EndPoint | null): void {
    if (tracked.isDiscarded) return;
    tracked.isDiscarded = true;
    if (this.#current === tracked) this.#current = null;
    this.#leader = leader;
    this.onReplaced(cause);
  }

  #release(tracked: TrackedClient): void {
    tracked.users -= 1;
    this.#inUse -= 1;
    if (tracked.isDiscarded && tracked.users === 0) this.#closeClient(tracked.client);
    if (this.#inUse > 0) return;
    const waiting = this.#whenIdle;
    this.#whenIdle = [];
    for (const resolve of waiting) resolve();
  }

  /** A client that never got a channel has nothing to close. */
  #closeClient(client: Client): void {
    const closed = client
      .close()
      .catch(() => {})
      .finally(() => {
        this.#closing = this.#closing.filter((other) => other !== closed);
      });
    this.#closing.push(closed);
  }
}
