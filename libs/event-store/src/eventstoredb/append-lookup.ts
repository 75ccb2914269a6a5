import { Semaphore } from '#async';
import type { EncodedEvent, NonEmpty, Position } from '../port.js';
import type { Session } from './session.js';
import { readVisible } from './stream-reader.js';

export interface Append {
  readonly stream: string;
  readonly expected: number;
  readonly events: NonEmpty<EncodedEvent>;
}

/** The place of the last event of an append. */
export interface AppendPlace {
  readonly revision: number;
  readonly position: Position;
}

/** Concurrent lookups. Beyond that an append only waits for its answer. */
const LOOKUPS_MAX = 64;

/** Determines by reading whether an append was written. */
export class AppendLookup {
  readonly #permits = new Semaphore(LOOKUPS_MAX);

  constructor(private readonly session: Session) {}

  /** Null when it is not (yet) written. The hash of the last event covers all events before it. */
  async find({ stream, expected, events }: Append): Promise<AppendPlace | null> {
    const options = { from: expected + events.length, limit: 1 };
    const own = events.at(-1) ?? events[0];
    const there = readVisible(this.session, stream, options);
    for await (const { revision, position, hash } of there) {
      const isOwn = revision === options.from && Buffer.compare(hash, own.hash) === 0;
      return isOwn ? { revision, position } : null;
    }
    return null;
  }

  /** A lookup while the answer is still awaited. A failed lookup counts as not found. */
  async tryFind(append: Append): Promise<AppendPlace | null> {
    if (!this.#permits.tryAcquire()) return null;
    try {
      return await this.find(append);
    } catch {
      return null;
    } finally {
      this.#permits.release();
    }
  }
}
