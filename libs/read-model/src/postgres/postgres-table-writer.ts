import type { Pool } from 'pg';

import type { Batch, Position } from '#event-store';

import type { WriteResult, Checkpoint, TableWriter } from '../read-tables.js';
import { BatchMaker, type Added, type MadeBatch, type TableWriterOptions } from './batch-maker.js';
import { Moved, readCheckpoint } from './checkpoints.js';
import { sendBatch } from './send-batch.js';
import { writeCarefully } from './write-carefully.js';

/** The more events, the fewer rows of accounts and batches are written again and again. */
const TRANSACTION_EVENTS_MAX = 40_000;

/** That waits to be made into rows: enough to see that more is to come, and no heap of events. */
const WAITING_MAX = 2_000;

interface HandedIn {
  readonly after: Position | null;
  readonly batch: Batch;
  readonly answer: Answer;
}

interface Answer {
  readonly resolve: (applied: WriteResult) => void;
  readonly reject: (cause: unknown) => void;
}

/** A batch that is in the rows of a draft. Its events are not kept. */
interface Member extends Added {
  readonly answer: Answer;
}

/**
 * Transactions are written one after the other. While one is written the next is made of whatever
 * was handed in, in the belief that the one before will be there: where it is not, the
 * compare-and-swap of the checkpoint turns away what was built on it.
 */
export class PostgresTableWriter implements TableWriter {
  readonly #pool: Pool;
  readonly #options: TableWriterOptions;
  readonly #maker: BatchMaker;
  readonly #eventsMax: number;
  readonly #waiting: HandedIn[] = [];
  /** Batches and their events: one without any also moves the checkpoint. */
  #waitingSize = 0;
  /** Of the draft that is being made. */
  #members: Member[] = [];
  /** Settles when nothing that was finished is under way any more. */
  #sent: Promise<void> = Promise.resolve();
  #isSending = false;
  #isWorking = false;
  #moved: (() => void)[] = [];

  constructor(pool: Pool, options: TableWriterOptions) {
    this.#pool = pool;
    this.#options = options;
    this.#maker = new BatchMaker(pool, options);
    this.#eventsMax = options.eventsMax ?? TRANSACTION_EVENTS_MAX;
  }

  checkpoint(): Promise<Checkpoint | null> {
    return readCheckpoint(this.#pool, this.#options.name, this.#options.version);
  }

  write(after: Position | null, batch: Batch): Promise<WriteResult> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ after, batch, answer: { resolve, reject } });
      this.#waitingSize += sizeOf(batch);
      this.#move();
      if (!this.#isWorking) void this.#work();
    });
  }

  /** Nothing else may be under way: it goes by what is in the tables. */
  writeWithParking(after: Position | null, batch: Batch): Promise<WriteResult> {
    return writeCarefully(this.#pool, this.#options, after, batch);
  }

  async waitForCapacity(): Promise<void> {
    const waitingMax = Math.min(WAITING_MAX, this.#eventsMax);
    while (this.#waitingSize >= waitingMax) await this.#nextMove();
  }

  /** Never rejects: whoever handed a batch in hears what became of it. */
  async #work(): Promise<void> {
    this.#isWorking = true;
    for (;;) {
      const next = this.#waiting[0];
      if (this.#members.length > 0 && this.#isWhole(next)) await this.#finish();
      else if (next !== undefined) await this.#add(next);
      else if (this.#members.length > 0) await this.#nextMove();
      else break;
    }
    this.#isWorking = false;
  }

  /** As long as more is to come, and while the server is busy anyway, it grows. */
  #isWhole(next: HandedIn | undefined): boolean {
    if (next === undefined) return !this.#isSending;
    const size = this.#maker.taken + this.#members.length + sizeOf(next.batch);
    return size > this.#eventsMax || !this.#maker.continues(next.after, next.batch);
  }

  async #add({ after, batch, answer }: HandedIn): Promise<void> {
    this.#waiting.shift();
    this.#waitingSize -= sizeOf(batch);
    this.#move();
    try {
      const added = await this.#maker.add(after, batch, this.#sent);
      if (added === null) answer.resolve({ kind: 'nothing' });
      else this.#members.push({ ...added, answer });
    } catch (cause) {
      this.#fail([...this.#members, { answer }], cause);
      this.#members = [];
    }
  }

  async #finish(): Promise<void> {
    const members = this.#members;
    this.#members = [];
    try {
      const made = await this.#maker.finish();
      await this.#sent;
      this.#isSending = true;
      this.#sent = this.#send(made, members).finally(() => {
        this.#isSending = false;
        this.#move();
      });
    } catch (cause) {
      this.#fail(members, cause);
    }
  }

  async #send(made: MadeBatch, members: readonly Member[]): Promise<void> {
    try {
      const { state } = await sendBatch(this.#pool, made);
      for (const { answer, rows, events, parked } of members) {
        answer.resolve({ kind: 'applied', rows, events, parked, state });
      }
    } catch (cause) {
      this.#fail(members, cause);
    }
  }

  /** What waits was to come behind it. */
  #fail(members: readonly Pick<Member, 'answer'>[], cause: unknown): void {
    this.#maker.forget();
    for (const { answer } of this.#waiting.splice(0)) answer.resolve({ kind: 'moved' });
    this.#waitingSize = 0;
    this.#move();
    for (const { answer } of members) {
      if (cause instanceof Moved) answer.resolve({ kind: 'moved' });
      else answer.reject(cause);
    }
  }

  /** Something was handed in, taken up or sent. */
  #move(): void {
    const moved = this.#moved;
    this.#moved = [];
    for (const wake of moved) wake();
  }

  #nextMove(): Promise<void> {
    return new Promise((resolve) => this.#moved.push(resolve));
  }
}

const sizeOf = (batch: Batch): number => 1 + batch.events.length;
