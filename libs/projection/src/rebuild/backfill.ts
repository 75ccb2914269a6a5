import type { EventBatch, EventStore, Position } from '#event-store';
import {
  CheckpointConflict,
  type Checkpoint,
  type NewParkedAccount,
  type TableWriter,
} from '#read-model';

import { BatchWriter } from '../batch-writer.js';
import { FailedEvents } from '../failed-events.js';

export interface BackfillOptions {
  readonly store: Pick<EventStore, 'readAll'>;
  readonly writer: TableWriter;
  /** Events read from the store by one call. */
  readonly pageEvents: number;
  /** Awaited before each page is written. */
  readonly throttle: (events: number, signal: AbortSignal) => Promise<void>;
  readonly onParked?: (account: NewParkedAccount) => void;
  /** Called with the number of events after each write. */
  readonly onProgress: (events: number) => void;
}

/**
 * Reads the store page by page and writes the events into a version of the tables. Other processes may be
 * writing to the version too.
 */
export class Backfill {
  /** Of the last attempt. */
  #writer: BatchWriter | null = null;
  readonly #failedEvents = new FailedEvents();

  constructor(private readonly options: BackfillOptions) {}

  /** Runs to exactly that position, which the store has reached before. */
  async runTo(position: Position, signal: AbortSignal): Promise<void> {
    for (;;) {
      const checkpoint = await this.#checkpoint();
      if (checkpoint.position !== null && checkpoint.position >= position) return;
      try {
        await this.#writePages(checkpoint.position, position, signal);
      } catch (error) {
        if (error instanceof CheckpointConflict) continue;
        if (!this.#failedEvents.shouldRetry(error, this.#writer)) throw error;
      }
    }
  }

  async #checkpoint(): Promise<Checkpoint> {
    const checkpoint = await this.options.writer.checkpoint();
    if (checkpoint === null) throw new Error('the version was dropped during its backfill');
    return checkpoint;
  }

  async #writePages(from: Position | null, to: Position, signal: AbortSignal): Promise<void> {
    const { writer, throttle, onProgress } = this.options;
    const batchWriter = new BatchWriter(
      {
        writer,
        onApplied: ({ events, parked }) => {
          for (const account of parked) this.options.onParked?.(account);
          onProgress(events);
        },
        minIntervalMs: 0,
        parkingUpTo: this.#failedEvents.parkingUpTo,
        mayPark: this.#failedEvents.mayPark,
      },
      from,
    );
    this.#writer = batchWriter;
    const until = AbortSignal.any([signal, batchWriter.failed]);
    try {
      for (let after = from, isLast = false; !isLast;) {
        const page = await this.#page(after, to);
        await throttle(page.batch.events.length, until);
        until.throwIfAborted();
        await batchWriter.add(page.batch);
        after = page.batch.next;
        isLast = page.isLast;
      }
    } finally {
      await batchWriter.drain();
      batchWriter.failed.throwIfAborted();
    }
  }

  async #page(
    after: Position | null,
    to: Position,
  ): Promise<{ readonly batch: EventBatch; readonly isLast: boolean }> {
    const { store, pageEvents } = this.options;
    const { events, damaged = [], next, atHead } = await store.readAll(after, pageEvents);
    const isInRange = ({ position }: { readonly position: Position }): boolean => position <= to;
    const isLast = atHead || next === null || next >= to;
    return {
      batch: {
        events: events.filter(isInRange),
        damaged: damaged.filter(isInRange),
        next: isLast ? to : next,
      },
      isLast,
    };
  }
}
