import { connectionAfter } from './answers.js';
import { openClient, type Client } from './client.js';
import type { ConnectionSettings, EndPoint } from './connection-string.js';
import { within } from './deadline.js';

/** A client that is in use, and stays open until it is released. */
export interface Lease {
  readonly client: Client;
  /** The server has answered as it should; called again for each event of a read. */
  readonly answered: () => void;
  /** The call has failed. Whether the connection is given up for it depends on what it says of it. */
  readonly failed: (cause: unknown) => void;
  /** Nobody is given this client any more: it speaks to the wrong server. */
  readonly moved: (cause: unknown, leader: EndPoint) => void;
  readonly release: () => void;
}

interface Kept {
  readonly client: Client;
  users: number;
  isSpoiled: boolean;
  /** Answers that came over it, whatever they said. */
  answers: number;
  /** Since when it answers, but nothing as it should be; null: the last answer was a good one. */
  troubledSinceMs: number | null;
}

/**
 * A node that has only refusals to give for so long may be cut off from its cluster, or just start:
 * another connection may lead to a better one.
 */
const TROUBLED_MS_MAX = 1_000;

/** The one client of the moment, and the spoiled ones that somebody still waits on. */
export class Clients {
  #current: Kept | null = null;
  #leader: EndPoint | null = null;
  #inUse = 0;
  #closing: Promise<void>[] = [];
  #whenIdle: (() => void)[] = [];

  constructor(
    private readonly settings: ConnectionSettings,
    private readonly replaced: (cause: unknown) => void,
  ) {}

  lease(): Lease {
    const kept = (this.#current ??= this.#open());
    kept.users += 1;
    this.#inUse += 1;
    let isReleased = false;
    let answersBefore = kept.answers;
    return {
      client: kept.client,
      answered: () => {
        answersBefore = kept.answers += 1;
        kept.troubledSinceMs = null;
      },
      failed: (cause) => {
        const state = connectionAfter(cause);
        if (state === 'broken') return this.#spoil(kept, cause, null);
        if (state === 'live') return this.#trouble(kept, cause);
        // Nobody else heard anything over this connection either, since this call waits.
        if (kept.answers === answersBefore) this.#spoil(kept, cause, null);
      },
      moved: (cause, leader) => this.#spoil(kept, cause, leader),
      release: () => {
        if (isReleased) return;
        isReleased = true;
        this.#release(kept);
      },
    };
  }

  /** Waits a while for what is under way, then lets go of every connection. */
  async close(waitMsMax: number): Promise<void> {
    const idle = new Promise<void>((resolve) => this.#whenIdle.push(resolve));
    if (this.#inUse > 0) await within('what is under way', waitMsMax, idle).catch(() => {});
    if (this.#current !== null) this.#closeClient(this.#current.client);
    this.#current = null;
    await Promise.all(this.#closing);
  }

  #open(): Kept {
    const client = openClient(this.settings, this.#leader);
    this.#leader = null;
    return { client, users: 0, isSpoiled: false, answers: 0, troubledSinceMs: null };
  }

  #trouble(kept: Kept, cause: unknown): void {
    kept.answers += 1;
    const nowMs = performance.now();
    kept.troubledSinceMs ??= nowMs;
    if (nowMs - kept.troubledSinceMs > TROUBLED_MS_MAX) this.#spoil(kept, cause, null);
  }

  #spoil(kept: Kept, cause: unknown, leader: EndPoint | null): void {
    if (kept.isSpoiled) return;
    kept.isSpoiled = true;
    if (this.#current === kept) this.#current = null;
    this.#leader = leader;
    this.replaced(cause);
  }

  #release(kept: Kept): void {
    kept.users -= 1;
    this.#inUse -= 1;
    if (kept.isSpoiled && kept.users === 0) this.#closeClient(kept.client);
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
