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
import { writeBatchWithParking } from './write-with-parking.js';

/** The larger a transaction, the less often the same rows of accounts and batches are written. */
const TRANSACTION_EVENTS_MAX = 40_000;

/** Bounds what is held in memory of events that have many rows each. */
const TRANSACTION_ROWS_MAX = 200_000;

/** Bounds the queue. It is long enough to show that more batches follow. */
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

/** A batch whose rows are in the draft. Its events are not kept in memory. */
interface DraftMember extends AddedCounts {
  readonly completion: Completion;
}

/**
 * Writes one transaction after the other. While one is being committed, the next write batch is built from
 * the queue as if the commit had succeeded. If it fails, the compare-and-swap of the checkpoint rejects
 * what was built on it.
 */
export class PostgresTableWriter implements TableWriter {
  readonly #pool: Pool;
  readonly #options: TableWriterOptions;
  readonly #builder: WriteBatchBuilder;
  readonly #eventsMax: number;
  readonly #queue: QueuedBatch[] = [];
  /** Counts batches and their events, because a batch without events also advances the checkpoint. */
  #queueSize = 0;
  /** The batches in the current draft. */
  #members: DraftMember[] = [];
  /** Resolves when the last write batch was committed or has failed. */
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

  /** Must not be called while another write is pending, because it reads the tables. */
  writeWithParking(
    after: Position | null,
    batch: EventBatch,
    mayPark?: (position: Position) => boolean,
  ): Promise<WriteResult> {
    return writeBatchWithParking(this.#pool, this.#options, after, batch, mayPark);
  }

  async waitForCapacity(): Promise<void> {
    const waitingMax = Math.min(QUEUE_SIZE_MAX, this.#eventsMax);
    while (this.#queueSize >= waitingMax) await this.#nextChange();
  }

  /** Never rejects: failures are passed to the callers of `write`. */
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

  /** The draft grows while more batches follow, and while the server is busy anyway. */
  #isDraftComplete(next: QueuedBatch | undefined): boolean {
    if (next === undefined) return !this.#isCommitting;
    const size = this.#builder.recordsRead + this.#members.length + sizeOf(next.batch);
    if (this.#builder.rows >= TRANSACTION_ROWS_MAX) return true;
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

  /** Batches that wait were to follow the failed one. */
  #fail(members: readonly Pick<DraftMember, 'completion'>[], cause: unknown): void {
    this.#builder.invalidate();
    for (const { completion } of this.#queue.splice(0)) completion.resolve({ kind: 'conflict' });
    this.#queueSize = 0;
    this.#notifyWaiters();
    for (const { completion } of members) {
      if (cause instanceof CheckpointConflict) completion.resolve({ kind: 'conflict' });
      else completion.reject(cause);
    }
  }

  /** Called when a batch was queued, taken from the queue or committed. */
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
