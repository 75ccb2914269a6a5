import type { Batch, DamagedRecord, Position, RecordedEvent } from '#event-store';
import { PoisonEvent, type WriteResult, type TableWriter } from '#read-model';

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
export type Carried = Extract<WriteResult, { readonly kind: 'applied' }> & {
  readonly position: Position;
  readonly ms: number;
};

export interface ConveyorParts {
  readonly writer: Pick<TableWriter, 'write' | 'writeWithParking' | 'waitForCapacity'>;
  readonly carried: (batch: Carried) => void;
  /** Small batches begin at least so far apart: many tiny transactions cost more than they bring. */
  readonly paceMs: number;
  /**
   * Up to here an earlier attempt has failed over an event: one batch after the other is written
   * alone, so that the event is found and its account parked. null: nothing is known to fail.
   */
  readonly carefulUpTo?: Position | null;
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

  /** Batch after batch is written alone for now. */
  get isCareful(): boolean {
    const { carefulUpTo = null } = this.#parts;
    return carefulUpTo !== null && (this.#after === null || this.#after < carefulUpTo);
  }

  /** How far everything reaches that was handed in, written or not. */
  get reached(): Position | null {
    return this.#gathered?.next ?? this.#after;
  }

  /** Resolves when there is room for more; not: when it is written. */
  async take(batch: Batch): Promise<void> {
    this.failed.throwIfAborted();
    if (this.isCareful) return this.#carefully(batch);
    this.#gathered ??= { events: [], damaged: [], next: batch.next };
    for (const event of batch.events) this.#gathered.events.push(event);
    this.#gathered.damaged.push(...(batch.damaged ?? []));
    if (batch.next > this.#gathered.next) this.#gathered.next = batch.next;
    if (this.#gathered.events.length >= WORTH_EVENTS) this.#start();
    else this.#startWhenItIsTime();
    await this.#parts.writer.waitForCapacity();
    this.failed.throwIfAborted();
  }

  /** Resolves when nothing is under way any more. What was gathered is written too. */
  async drain(): Promise<void> {
    this.#start();
    await this.#settled;
  }

  async #carefully(batch: Batch): Promise<void> {
    try {
      await this.#carefullyAll(batch);
    } catch (error) {
      if (!(error instanceof PoisonEvent)) throw error;
      // Nobody gets past it, but what lies before it is not kept from its readers.
      const before = upTo(batch, error.position);
      if (before !== null) await this.#carefullyAll(before);
      throw error;
    }
  }

  async #carefullyAll(batch: Batch): Promise<void> {
    const after = this.#after;
    await this.#carry(batch.next, this.#parts.writer.writeWithParking(after, batch), after);
    if (after === null || batch.next > after) this.#after = batch.next;
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
    return this.#carry(batch.next, this.#parts.writer.write(after, batch), after);
  }

  #carry(position: Position, writing: Promise<WriteResult>, after: Position | null): Promise<void> {
    const start = performance.now();
    return writing.then((applied) => {
      if (applied.kind === 'moved') throw new Overtaken(`the tables are not at ${after}`);
      if (applied.kind === 'nothing') return;
      this.#parts.carried({ ...applied, position, ms: performance.now() - start });
    });
  }
}

/** What lies before a position; null: nothing does. */
function upTo({ events, damaged = [] }: Batch, end: Position): Batch | null {
  const isBefore = ({ position }: { readonly position: Position }): boolean => position < end;
  const before = { events: events.filter(isBefore), damaged: damaged.filter(isBefore) };
  const lasts = [before.events.at(-1)?.position, before.damaged.at(-1)?.position];
  const next = lasts
    .flatMap((position) => position ?? [])
    .sort()
    .at(-1);
  return next === undefined ? null : { ...before, next };
}
