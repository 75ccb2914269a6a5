import { SYSTEM_CLOCK, sleep, type Clock } from '#async';
import type { EventBatch, Position } from '#event-store';
import { CheckpointConflict, PoisonEvent, type TableWriter, type WriteResult } from '#read-model';

/** A smaller batch is worth waiting for the events that come after it. */
const FULL_BATCH_EVENTS = 500;

const ignoreResults = (): void => undefined;

/** A batch that is in the tables now. */
export type AppliedBatch = Extract<WriteResult, { readonly kind: 'applied' }> & {
  readonly position: Position;
  readonly ms: number;
};

export interface BatchWriterOptions {
  readonly writer: Pick<TableWriter, 'write' | 'writeWithParking' | 'waitForCapacity'>;
  readonly onApplied: (batch: AppliedBatch) => void;
  /**
   * After a batch that is not full, this long passes before the next one is requested: meanwhile events
   * collect in the store, and many tiny transactions cost more than the delay.
   */
  readonly minIntervalMs: number;
  readonly clock?: Pick<Clock, 'after'>;
  /**
   * An earlier attempt failed over an event before this position: up to it, each batch is written by
   * itself, so that the event is found and its account is parked. null: no event is known to fail.
   */
  readonly parkingUpTo?: Position | null;
  /** Whether an event that can't be applied parks its account. Default: each of them does. */
  readonly mayPark?: (position: Position) => boolean;
}

/**
 * Writes the batches of a store into the tables in order. It holds no events itself: the store is read
 * further when the table writer has capacity.
 */
export class BatchWriter {
  readonly #options: BatchWriterOptions;
  readonly #failed = new AbortController();
  #after: Position | null;
  /** Resolves when no write is running. */
  #settled: Promise<void> = Promise.resolve();
  #written: Promise<void> = Promise.resolve();

  constructor(options: BatchWriterOptions, after: Position | null) {
    this.#options = options;
    this.#after = after;
  }

  /** Aborts with the first failure as its reason. Nothing is written after it. */
  get failed(): AbortSignal {
    return this.#failed.signal;
  }

  /** Whether each batch is written by itself for now. */
  get isParking(): boolean {
    const { parkingUpTo = null } = this.#options;
    return parkingUpTo !== null && (this.#after === null || this.#after < parkingUpTo);
  }

  /** The position up to which batches were added, written or not. */
  get acceptedUpTo(): Position | null {
    return this.#after;
  }

  /** Starts to write the batch. Resolves when the next one should be added, written or not. */
  async add(batch: EventBatch): Promise<void> {
    this.failed.throwIfAborted();
    if (this.isParking) return this.#addWithParking(batch);
    this.#start(batch);
    await Promise.all([this.#options.writer.waitForCapacity(), this.#waitForMore(batch)]);
    this.failed.throwIfAborted();
  }

  /** Resolves when no write is running. */
  async drain(): Promise<void> {
    await this.#settled;
  }

  async #waitForMore({ events }: EventBatch): Promise<void> {
    const { minIntervalMs, clock = SYSTEM_CLOCK } = this.#options;
    if (minIntervalMs === 0 || events.length >= FULL_BATCH_EVENTS) return;
    await sleep(minIntervalMs, { signal: this.failed, clock });
  }

  async #addWithParking(batch: EventBatch): Promise<void> {
    try {
      await this.#writeWithParking(batch);
    } catch (error) {
      if (!(error instanceof PoisonEvent)) throw error;
      // No event after it can be written, but readers get those before it.
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

  #start(batch: EventBatch): void {
    const after = this.#after;
    // A batch that is delivered again must not move the position back.
    if (after === null || batch.next > after) this.#after = batch.next;
    const writing = this.#write(after, batch);
    // After a failure, later writes fail too: the first one in order is the reason.
    this.#written = this.#written.then(() => writing);
    this.#written.catch((error: unknown) => this.#failed.abort(error));
    this.#settled = Promise.allSettled([this.#settled, this.#written, writing]).then(ignoreResults);
  }

  /** Not async: while it waits, the events must not stay in memory. */
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
      if (applied.kind === 'conflict')
        throw new CheckpointConflict(`the tables are not at ${after}`);
      if (applied.kind === 'nothing') return;
      this.#options.onApplied({ ...applied, position, ms: performance.now() - start });
    });
  }
}

/** The records before a position; null: there are none. */
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
