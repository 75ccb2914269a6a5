import type { Batch, Position, RecordedEvent } from '#event-store';

/** Events that are written in one transaction when many wait. */
export const BATCH_EVENTS_MAX = 20_000;

/** So many are worth a transaction of their own, however soon after the last one. */
const WORTH_EVENTS = 500;

/** One is written while the next is decoded. */
const UNDER_WAY_MAX = 2;

/** Of several batches, one that grows. */
interface Gathered extends Batch {
  readonly events: RecordedEvent[];
  next: Position;
}

export type WriteBatch = (after: Position | null, batch: Batch) => Promise<void>;

/**
 * Between a store that gives small batches and tables that like large ones: what comes in while a
 * write is under way goes into the next one. Holds no more than a batch, then lets the store wait.
 */
export class Conveyor {
  readonly #write: WriteBatch;
  readonly #failed = new AbortController();
  #paceMs: number;
  #after: Position | null;
  #gathered: Gathered | null = null;
  #underWay = 0;
  #written: Promise<void> = Promise.resolve();
  #moved: (() => void)[] = [];
  #startedAt = -Infinity;
  #timer: NodeJS.Timeout | undefined;

  /** Small batches begin at least `paceMs` apart: many tiny transactions cost more than they bring. */
  constructor(write: WriteBatch, after: Position | null, paceMs: number) {
    this.#write = write;
    this.#after = after;
    this.#paceMs = paceMs;
  }

  /** Aborts with the first failure as its reason: nothing is written behind it. */
  get failed(): AbortSignal {
    return this.#failed.signal;
  }

  /** Resolves when there is room for more; not: when it is written. */
  async take(batch: Batch): Promise<void> {
    this.#gathered ??= { events: [], next: batch.next };
    for (const event of batch.events) this.#gathered.events.push(event);
    if (batch.next > this.#gathered.next) this.#gathered.next = batch.next;
    this.#start();
    while (this.#isFull && !this.failed.aborted) await this.#nextMove();
    this.failed.throwIfAborted();
  }

  /** Resolves when nothing is under way any more. What was gathered is written too. */
  async drain(): Promise<void> {
    clearTimeout(this.#timer);
    this.#paceMs = 0;
    this.#start();
    while (this.#underWay > 0) await this.#nextMove();
  }

  get #isFull(): boolean {
    return this.#gathered !== null && this.#gathered.events.length >= BATCH_EVENTS_MAX;
  }

  #start(): void {
    while (this.#gathered !== null && this.#underWay < UNDER_WAY_MAX && !this.failed.aborted) {
      const batch = this.#gathered;
      if (batch.events.length < WORTH_EVENTS && this.#isEarly()) return;
      this.#startedAt = performance.now();
      const after = this.#after;
      this.#gathered = null;
      // What was delivered again does not lead back.
      if (after === null || batch.next > after) this.#after = batch.next;
      this.#underWay += 1;
      const writing = this.#write(after, batch);
      // One that fails makes the next ones fail: the first in order is the reason.
      this.#written = this.#written.then(() => writing);
      this.#written.catch((error: unknown) => this.#failed.abort(error));
      void Promise.allSettled([writing, this.#written]).then(() => this.#end());
    }
  }

  /** Then it is tried again when it is time. */
  #isEarly(): boolean {
    const early = this.#startedAt + this.#paceMs - performance.now();
    if (early <= 0) return false;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#start(), early);
    return true;
  }

  #end(): void {
    this.#underWay -= 1;
    this.#start();
    const moved = this.#moved;
    this.#moved = [];
    for (const wake of moved) wake();
  }

  #nextMove(): Promise<void> {
    return new Promise((resolve) => this.#moved.push(resolve));
  }
}
