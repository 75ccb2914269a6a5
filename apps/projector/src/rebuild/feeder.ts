import type { Batch, EventStore, Position } from '#event-store';
import type { Checkpoint, NewParkedAccount, TableWriter } from '#read-model';

import { Conveyor, Overtaken } from '../conveyor.js';
import { isFinal, needsCare } from '../failure.js';

export interface FeederParts {
  readonly store: Pick<EventStore, 'readAll'>;
  readonly writer: TableWriter;
  /** Read from the store at one go. */
  readonly pageEvents: number;
  /** Before a page is handed in: what it waits for holds the feeding up. */
  readonly mayFeed: (events: number, signal: AbortSignal) => Promise<void>;
  readonly parked?: (account: NewParkedAccount) => void;
  /** They are in the tables. */
  readonly fed: (events: number) => void;
}

/** Carries events into a version of the tables, page by page. Others may be feeding it too. */
export class Feeder {
  /** Of the last attempt. */
  #conveyor: Conveyor | null = null;
  /** So far an attempt came that failed over an event. */
  #carefulUpTo: Position | null = null;

  constructor(private readonly parts: FeederParts) {}

  /** Exactly as far as that; the store has been there. */
  async upTo(position: Position, signal: AbortSignal): Promise<void> {
    for (;;) {
      const checkpoint = await this.#checkpoint();
      if (checkpoint.position !== null && checkpoint.position >= position) return;
      try {
        await this.#carry(checkpoint.position, position, signal);
      } catch (error) {
        if (error instanceof Overtaken) continue;
        if (!needsCare(error) || isFinal(error, this.#conveyor?.isCareful ?? false)) throw error;
        this.#carefulUpTo = this.#conveyor?.reached ?? null;
      }
    }
  }

  async #checkpoint(): Promise<Checkpoint> {
    const checkpoint = await this.parts.writer.checkpoint();
    if (checkpoint === null) throw new Error('the version that is fed was dropped');
    return checkpoint;
  }

  async #carry(from: Position | null, to: Position, signal: AbortSignal): Promise<void> {
    const { writer, mayFeed, fed } = this.parts;
    const conveyor = new Conveyor(
      {
        writer,
        carried: ({ events, parked }) => {
          for (const account of parked) this.parts.parked?.(account);
          fed(events);
        },
        paceMs: 0,
        carefulUpTo: this.#carefulUpTo,
      },
      from,
    );
    this.#conveyor = conveyor;
    const until = AbortSignal.any([signal, conveyor.failed]);
    try {
      for (let after = from, isLast = false; !isLast;) {
        const page = await this.#page(after, to);
        await mayFeed(page.batch.events.length, until);
        until.throwIfAborted();
        await conveyor.take(page.batch);
        after = page.batch.next;
        isLast = page.isLast;
      }
    } finally {
      await conveyor.drain();
      conveyor.failed.throwIfAborted();
    }
  }

  async #page(
    after: Position | null,
    to: Position,
  ): Promise<{ readonly batch: Batch; readonly isLast: boolean }> {
    const { store, pageEvents } = this.parts;
    const { events, damaged = [], next, atHead } = await store.readAll(after, pageEvents);
    const isWanted = ({ position }: { readonly position: Position }): boolean => position <= to;
    const isLast = atHead || next === null || next >= to;
    return {
      batch: {
        events: events.filter(isWanted),
        damaged: damaged.filter(isWanted),
        next: isLast ? to : next,
      },
      isLast,
    };
  }
}
