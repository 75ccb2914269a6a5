import type { Batch, EventStore, Position } from '#event-store';
import type { Applied, Checkpoint, TableWriter } from '#read-model';

/** Large: nobody waits for a single batch. */
export const FEED_EVENTS_MAX = 10_000;

export interface FeederParts {
  readonly store: Pick<EventStore, 'readAll'>;
  readonly writer: TableWriter;
  /** Events of one batch. */
  readonly eventsMax: number;
  /** Hears of each batch; what it waits for holds the feeding up. */
  readonly fed: (events: number) => Promise<void>;
}

const NOTHING: Applied = { kind: 'nothing' };

/** Carries events into a version of the tables in large batches. Others may be feeding it too. */
export class Feeder {
  constructor(private readonly parts: FeederParts) {}

  /** Exactly as far as that; the store has been there. */
  async upTo(position: Position, signal: AbortSignal): Promise<void> {
    for (;;) {
      const checkpoint = await this.#checkpoint();
      if (checkpoint.position !== null && checkpoint.position >= position) return;
      await this.#carry(checkpoint.position, position, signal);
    }
  }

  async #checkpoint(): Promise<Checkpoint> {
    const checkpoint = await this.parts.writer.checkpoint();
    if (checkpoint === null) throw new Error('the version that is fed was dropped');
    return checkpoint;
  }

  /** One batch is read and decoded while another is written. Ends early when somebody else is ahead. */
  async #carry(from: Position | null, to: Position, signal: AbortSignal): Promise<void> {
    let after = from;
    let writing: Promise<Applied> = Promise.resolve(NOTHING);
    try {
      for (let isLast = false; !isLast;) {
        const page = await this.#page(after, to);
        const before = writing;
        writing = this.parts.writer.write(after, page.batch);
        writing.catch(() => undefined);
        if (!(await this.#heard(before))) return;
        signal.throwIfAborted();
        after = page.batch.next;
        isLast = page.isLast;
      }
      await this.#heard(writing);
    } finally {
      await writing.catch(() => undefined);
    }
  }

  async #page(
    after: Position | null,
    to: Position,
  ): Promise<{ readonly batch: Batch; readonly isLast: boolean }> {
    const { store, eventsMax } = this.parts;
    const { events, next, atHead } = await store.readAll(after, eventsMax);
    const wanted = events.filter((event) => event.position <= to);
    const isLast = atHead || next === null || next >= to;
    return { batch: { events: wanted, next: isLast ? to : next }, isLast };
  }

  /** false: the tables are elsewhere. */
  async #heard(writing: Promise<Applied>): Promise<boolean> {
    const applied = await writing;
    if (applied.kind === 'applied') await this.parts.fed(applied.events);
    return applied.kind !== 'moved';
  }
}
