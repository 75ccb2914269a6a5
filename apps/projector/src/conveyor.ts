import type { Batch, DamagedRecord, Position, RecordedEvent } from '#event-store';
import type { Applied, TableWriter } from '#read-model';

/** So many are worth a write of their own, however soon after the last one. */
const WORTH_EVENTS = 500;

/** Of several batches, one that grows. */
interface Gathered extends Batch {
  readonly events: RecordedEvent[];
  readonly damaged: DamagedRecord[];
  next: Position;
}

/** What came of the writes before is not kept. */
const nothing = (): void => undefined;

/** The tables are not where they were thought to be: somebody else moves them too. */
export class Overtaken extends Error {
  override readonly name = 'Overtaken';
}

/** A batch that is in the tables now. */
export type Carried = Extract<Applied, { readonly kind: 'applied' }> & {
  readonly position: Position;
  readonly ms: number;
};

export interface ConveyorParts {
  readonly writer: Pick<TableWriter, 'write' | 'room'>;
  readonly carried: (batch: Carried) => void;
  /** Small batches begin at least so far apart: many tiny transactions cost more than they bring. */
  readonly paceMs: number;
}

/** Between a store that gives batches and tables that take their time. */
export class Conveyor {
  readonly #parts: ConveyorParts;
  readonly #failed = new AbortController();
  #after: Position | null;
  #gathered: Gathered | null = null;
  /** Resolves when nothing is under way any more. */
  #settled: Promise<void> = Promise.resolve();
  #written: Promise<void> = Promise.resolve();
  #startedAt = -Infinity;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: ConveyorParts, after: Position | null) {
    this.#parts = parts;
    this.#after = after;
  }

  /** Aborts with the first failure as its reason: nothing is written behind it. */
  get failed(): AbortSignal {
    return this.#failed.signal;
  }

  /** Resolves when there is room for more; not: when it is written. */
  async take(batch: Batch): Promise<void> {
    this.failed.throwIfAborted();
    this.#gathered ??= { events: [], damaged: [], next: batch.next };
    for (const event of batch.events) this.#gathered.events.push(event);
    this.#gathered.damaged.push(...(batch.damaged ?? []));
    if (batch.next > this.#gathered.next) this.#gathered.next = batch.next;
    if (this.#gathered.events.length >= WORTH_EVENTS) this.#start();
    else this.#startWhenItIsTime();
    await this.#parts.writer.room();
    this.failed.throwIfAborted();
  }

  /** Resolves when nothing is under way any more. What was gathered is written too. */
  async drain(): Promise<void> {
    this.#start();
    await this.#settled;
  }

  #startWhenItIsTime(): void {
    clearTimeout(this.#timer);
    const early = this.#startedAt + this.#parts.paceMs - performance.now();
    if (early <= 0) this.#start();
    else this.#timer = setTimeout(() => this.#startWhenItIsTime(), early);
  }

  #start(): void {
    clearTimeout(this.#timer);
    if (this.#gathered === null || this.failed.aborted) return;
    const batch = this.#gathered;
    const after = this.#after;
    this.#gathered = null;
    this.#startedAt = performance.now();
    // What was delivered again does not lead back.
    if (after === null || batch.next > after) this.#after = batch.next;
    const writing = this.#write(after, batch);
    // One that fails makes the next ones fail: the first in order is the reason.
    this.#written = this.#written.then(() => writing);
    this.#written.catch((error: unknown) => this.#failed.abort(error));
    this.#settled = Promise.allSettled([this.#settled, this.#written, writing]).then(nothing);
  }

  /** Not async: while it waits, it must not hold on to the events. */
  #write(after: Position | null, batch: Batch): Promise<void> {
    const { writer, carried } = this.#parts;
    const { next: position } = batch;
    const start = performance.now();
    return writer.write(after, batch).then((applied) => {
      if (applied.kind === 'moved') throw new Overtaken(`the tables are not at ${after}`);
      if (applied.kind === 'nothing') return;
      carried({ ...applied, position, ms: performance.now() - start });
    });
  }
}
