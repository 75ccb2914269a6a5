import type { EventBatch, DamagedRecord, Position, RecordedEvent } from '#event-store';
import { PoisonEvent, type WriteResult, type TableWriter } from '#read-model';

/** So many are worth a write of their own, however soon after the last one. */
const IMMEDIATE_WRITE_EVENTS = 500;

/** Of several batches, one that grows. */
interface PendingBatch extends EventBatch {
  readonly events: RecordedEvent[];
  readonly damaged: DamagedRecord[];
  next: Position;
}

/** What came of the writes before is not kept. */
const ignoreResults = (): void => undefined;

/** The tables are not where they were thought to be: somebody else moves them too. */
export class CheckpointConflict extends Error {
  override readonly name = 'CheckpointConflict';
}

/** A batch that is in the tables now. */
export type AppliedBatch = Extract<WriteResult, { readonly kind: 'applied' }> & {
  readonly position: Position;
  readonly ms: number;
};

export interface BatchWriterOptions {
  readonly writer: Pick<TableWriter, 'write' | 'writeWithParking' | 'waitForCapacity'>;
  readonly onApplied: (batch: AppliedBatch) => void;
  /** Small batches begin at least so far apart: many tiny transactions cost more than they bring. */
  readonly minIntervalMs: number;
  /**
   * Up to here an earlier attempt has failed over an event: one batch after the other is written
   * alone, so that the event is found and its account parked. null: nothing is known to fail.
   */
  readonly parkingUpTo?: Position | null;
  /** Whether an event that can't be applied parks its account there. Default: each one does. */
  readonly mayPark?: (position: Position) => boolean;
}

/** Between a store that gives batches and tables that take their time. */
export class BatchWriter {
  readonly #options: BatchWriterOptions;
  readonly #failed = new AbortController();
  #after: Position | null;
  #pending: PendingBatch | null = null;
  /** Resolves when nothing is under way any more. */
  #settled: Promise<void> = Promise.resolve();
  #written: Promise<void> = Promise.resolve();
  #startedAt = -Infinity;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: BatchWriterOptions, after: Position | null) {
    this.#options = options;
    this.#after = after;
  }

  /** Aborts with the first failure as its reason: nothing is written behind it. */
  get failed(): AbortSignal {
    return this.#failed.signal;
  }

  /** Batch after batch is written alone for now. */
  get isParking(): boolean {
    const { parkingUpTo = null } = this.#options;
    return parkingUpTo !== null && (this.#after === null || this.#after < parkingUpTo);
  }

  /** How far everything reaches that was handed in, written or not. */
  get acceptedUpTo(): Position | null {
    return this.#pending?.next ?? this.#after;
  }

  /** Resolves when there is room for more; not: when it is written. */
  async add(batch: EventBatch): Promise<void> {
    this.failed.throwIfAborted();
    if (this.isParking) return this.#addWithParking(batch);
    this.#pending ??= { events: [], damaged: [], next: batch.next };
    for (const event of batch.events) this.#pending.events.push(event);
    this.#pending.damaged.push(...(batch.damaged ?? []));
    if (batch.next > this.#pending.next) this.#pending.next = batch.next;
    if (this.#pending.events.length >= IMMEDIATE_WRITE_EVENTS) this.#start();
    else this.#startWhenDue();
    await this.#options.writer.waitForCapacity();
    this.failed.throwIfAborted();
  }

  /** Resolves when nothing is under way any more. What was gathered is written too. */
  async drain(): Promise<void> {
    this.#start();
    await this.#settled;
  }

  async #addWithParking(batch: EventBatch): Promise<void> {
    try {
      await this.#writeWithParking(batch);
    } catch (error) {
      if (!(error instanceof PoisonEvent)) throw error;
      // Nobody gets past it, but what lies before it is not kept from its readers.
      const before = recordsBefore(batch, error.position);
      if (before !== null) await this.#writeWithParking(before);
      throw error;
    }
  }

  async #writeWithParking(batch: EventBatch): Promise<void> {
    const after = this.#after;
    await this.#reportApplied(
      batch.next,
      this.#options.writer.writeWithParking(after, batch, this.#options.mayPark),
      after,
    );
    if (after === null || batch.next > after) this.#after = batch.next;
  }

  #startWhenDue(): void {
    clearTimeout(this.#timer);
    const early = this.#startedAt + this.#options.minIntervalMs - performance.now();
    if (early <= 0) this.#start();
    else this.#timer = setTimeout(() => this.#startWhenDue(), early);
  }

  #start(): void {
    clearTimeout(this.#timer);
    if (this.#pending === null || this.failed.aborted) return;
    const batch = this.#pending;
    const after = this.#after;
    this.#pending = null;
    this.#startedAt = performance.now();
    // What was delivered again does not lead back.
    if (after === null || batch.next > after) this.#after = batch.next;
    const writing = this.#write(after, batch);
    // One that fails makes the next ones fail: the first in order is the reason.
    this.#written = this.#written.then(() => writing);
    this.#written.catch((error: unknown) => this.#failed.abort(error));
    this.#settled = Promise.allSettled([this.#settled, this.#written, writing]).then(ignoreResults);
  }

  /** Not async: while it waits, it must not hold on to the events. */
  #write(after: Position | null, batch: EventBatch): Promise<void> {
    return this.#reportApplied(batch.next, this.#options.writer.write(after, batch), after);
  }

  #reportApplied(
    position: Position,
    writing: Promise<WriteResult>,
    after: Position | null,
  ): Promise<void> {
    const start = performance.now();
    return writing.then((applied) => {
      if (applied.kind === 'moved') throw new CheckpointConflict(`the tables are not at ${after}`);
      if (applied.kind === 'nothing') return;
      this.#options.onApplied({ ...applied, position, ms: performance.now() - start });
    });
  }
}

/** What lies before a position; null: nothing does. */
function recordsBefore({ events, damaged = [] }: EventBatch, end: Position): EventBatch | null {
  const isBefore = ({ position }: { readonly position: Position }): boolean => position < end;
  const before = { events: events.filter(isBefore), damaged: damaged.filter(isBefore) };
  const lasts = [before.events.at(-1)?.position, before.damaged.at(-1)?.position];
  const next = lasts
    .flatMap((position) => position ?? [])
    .sort()
    .at(-1);
  return next === undefined ? null : { ...before, next };
}
