import type { Pool } from 'pg';

import type { EventBatch, Position } from '#event-store';

import type { WriteResult, Checkpoint, TableWriter } from '../table-writer.js';
import {
  WriteBatchBuilder,
  type AddedCounts,
  type WriteBatch,
  type TableWriterOptions,
} from './write-batch-builder.js';
import { CheckpointConflict, readCheckpoint } from '../postgres/checkpoints.js';
import { commitWriteBatch } from './commit-write-batch.js';
import { writeCarefully } from './write-with-parking.js';

/** The more events, the fewer rows of accounts and batches are written again and again. */
const TRANSACTION_EVENTS_MAX = 40_000;

/** That waits to be made into rows: enough to see that more is to come, and no heap of events. */
const QUEUE_SIZE_MAX = 2_000;

interface QueuedBatch {
  readonly after: Position | null;
  readonly batch: EventBatch;
  readonly completion: Completion;
}

interface Completion {
  readonly resolve: (applied: WriteResult) => void;
  readonly reject: (cause: unknown) => void;
}

/** A batch that is in the rows of a draft. Its events are not kept. */
interface DraftMember extends AddedCounts {
  readonly completion: Completion;
}

/**
 * Transactions are written one after the other. While one is written the next is made of whatever
 * was handed in, in the belief that the one before will be there: where it is not, the
 * compare-and-swap of the checkpoint turns away what was built on it.
 */
export class PostgresTableWriter implements TableWriter {
  readonly #pool: Pool;
  readonly #options: TableWriterOptions;
  readonly #builder: WriteBatchBuilder;
  readonly #eventsMax: number;
  readonly #queue: QueuedBatch[] = [];
  /** Batches and their events: one without any also moves the checkpoint. */
  #queueSize = 0;
  /** Of the draft that is being made. */
  #members: DraftMember[] = [];
  /** Settles when nothing that was finished is under way any more. */
  #committed: Promise<void> = Promise.resolve();
  #isCommitting = false;
  #isDraining = false;
  #waiters: (() => void)[] = [];

  constructor(pool: Pool, options: TableWriterOptions) {
    this.#pool = pool;
    this.#options = options;
    this.#builder = new WriteBatchBuilder(pool, options);
    this.#eventsMax = options.eventsMax ?? TRANSACTION_EVENTS_MAX;
  }

  checkpoint(): Promise<Checkpoint | null> {
    return readCheckpoint(this.#pool, this.#options.name, this.#options.version);
  }

  write(after: Position | null, batch: EventBatch): Promise<WriteResult> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ after, batch, completion: { resolve, reject } });
      this.#queueSize += sizeOf(batch);
      this.#notifyWaiters();
      if (!this.#isDraining) void this.#drainQueue();
    });
  }

  /** Nothing else may be under way: it goes by what is in the tables. */
  writeWithParking(
    after: Position | null,
    batch: EventBatch,
    mayPark?: (position: Position) => boolean,
  ): Promise<WriteResult> {
    return writeCarefully(this.#pool, this.#options, after, batch, mayPark);
  }

  async waitForCapacity(): Promise<void> {
    const waitingMax = Math.min(QUEUE_SIZE_MAX, this.#eventsMax);
    while (this.#queueSize >= waitingMax) await this.#nextChange();
  }

  /** Never rejects: whoever handed a batch in hears what became of it. */
  async #drainQueue(): Promise<void> {
    this.#isDraining = true;
    for (;;) {
      const next = this.#queue[0];
      if (this.#members.length > 0 && this.#isDraftComplete(next)) await this.#finish();
      else if (next !== undefined) await this.#add(next);
      else if (this.#members.length > 0) await this.#nextChange();
      else break;
    }
    this.#isDraining = false;
  }

  /** As long as more is to come, and while the server is busy anyway, it grows. */
  #isDraftComplete(next: QueuedBatch | undefined): boolean {
    if (next === undefined) return !this.#isCommitting;
    const size = this.#builder.recordsRead + this.#members.length + sizeOf(next.batch);
    return size > this.#eventsMax || !this.#builder.canExtend(next.after, next.batch);
  }

  async #add({ after, batch, completion }: QueuedBatch): Promise<void> {
    this.#queue.shift();
    this.#queueSize -= sizeOf(batch);
    this.#notifyWaiters();
    try {
      const added = await this.#builder.add(after, batch, this.#committed);
      if (added === null) completion.resolve({ kind: 'nothing' });
      else this.#members.push({ ...added, completion });
    } catch (cause) {
      this.#fail([...this.#members, { completion }], cause);
      this.#members = [];
    }
  }

  async #finish(): Promise<void> {
    const members = this.#members;
    this.#members = [];
    try {
      const made = await this.#builder.finish();
      await this.#committed;
      this.#isCommitting = true;
      this.#committed = this.#commit(made, members).finally(() => {
        this.#isCommitting = false;
        this.#notifyWaiters();
      });
    } catch (cause) {
      this.#fail(members, cause);
    }
  }

  async #commit(made: WriteBatch, members: readonly DraftMember[]): Promise<void> {
    try {
      const { state } = await commitWriteBatch(this.#pool, made);
      for (const { completion, rows, events, parked } of members) {
        completion.resolve({ kind: 'applied', rows, events, parked, state });
      }
    } catch (cause) {
      this.#fail(members, cause);
    }
  }

  /** What waits was to come behind it. */
  #fail(members: readonly Pick<DraftMember, 'completion'>[], cause: unknown): void {
    this.#builder.invalidate();
    for (const { completion } of this.#queue.splice(0)) completion.resolve({ kind: 'moved' });
    this.#queueSize = 0;
    this.#notifyWaiters();
    for (const { completion } of members) {
      if (cause instanceof CheckpointConflict) completion.resolve({ kind: 'moved' });
      else completion.reject(cause);
    }
  }

  /** Something was handed in, taken up or sent. */
  #notifyWaiters(): void {
    const moved = this.#waiters;
    this.#waiters = [];
    for (const wake of moved) wake();
  }

  #nextChange(): Promise<void> {
    return new Promise((resolve) => this.#waiters.push(resolve));
  }
}

const sizeOf = (batch: EventBatch): number => 1 + batch.events.length;
