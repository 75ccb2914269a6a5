import type pg from 'pg';
import {
  backoffMs,
  CancellableTimers,
  Semaphore,
  settledWithin,
  sleep,
  SYSTEM_CLOCK,
} from '#async';
import {
  answersOf,
  appendCall,
  type Append,
  type AppendAnswer,
  type Appended,
} from './append-call.js';
import { AppendQueue, type QueuedAppend } from './append-queue.js';
import {
  ConnectionFailedError,
  errorKindOf,
  isConnectionUsableAfter,
  toPermanentError,
} from './error-kind.js';
import type { PostgresObserver, ResolvedPostgresOptions } from './options.js';

/**
 * Writes many appends in one call and one commit. There is no timer: the next batch grows in the queue
 * while the maximum number of calls is in progress.
 */
export class GroupCommit {
  readonly #queue = new AppendQueue();
  /** One permit for each place in the queue. Without a permit callers wait, which is the back-pressure. */
  readonly #capacity: Semaphore;
  readonly #timers = new CancellableTimers(SYSTEM_CLOCK);
  #running = 0;
  #isScheduled = false;
  #isClosed = false;
  readonly #onIdle: (() => void)[] = [];

  constructor(
    private readonly pool: pg.Pool,
    private readonly options: ResolvedPostgresOptions,
    private readonly observer: PostgresObserver,
  ) {
    this.#capacity = new Semaphore(options.queueAppendsMax, { clock: this.#timers });
  }

  async append(append: Append): Promise<AppendAnswer> {
    if (this.#isClosed) return unknown(storeClosed());
    const enqueuedAtMs = performance.now();
    if (!this.#capacity.tryAcquire()) {
      const cause = await this.#waitForCapacity();
      if (cause !== null) return unknown(cause);
    }
    return new Promise((settle, fail) => {
      this.#queue.add({ ...append, enqueuedAtMs, settle, fail });
      this.#schedule();
    });
  }

  /** Writes the queue for a limited time. Appends that are left then are answered `unknown`. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#isIdle()) return;
    const idle = new Promise<void>((resolve) => this.#onIdle.push(resolve));
    await settledWithin(idle, this.options.closeMsMax);
    this.#timers.expireAll();
    this.#answerUnknown(this.#queue.drain(), storeClosed());
  }

  /** Null, or the reason why there was no permit in time. */
  async #waitForCapacity(): Promise<Error | null> {
    try {
      await this.#capacity.acquire({ waitMsMax: this.options.appendMsMax });
      return null;
    } catch (cause) {
      const error = this.#timers.signal.aborted
        ? storeClosed()
        : new Error('the queue of appends stayed full', { cause });
      this.observer.appendsUnknown?.(1, error);
      return error;
    }
  }

  #isIdle(): boolean {
    return this.#running === 0 && this.#queue.size === 0 && this.#capacity.queued === 0;
  }

  /** Waits for the end of this turn of the event loop, in which answered callers may append again. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#startBatches();
    });
  }

  #startBatches(): void {
    const { concurrentBatches, batchAppendsMax, batchBytesMax } = this.options;
    while (this.#running < concurrentBatches) {
      const batch = this.#queue.take(concurrentBatches, batchAppendsMax, batchBytesMax);
      if (batch.length === 0) break;
      this.#capacity.release(batch.length);
      this.#running += 1;
      void this.#write(batch).finally(() => this.#finish(batch));
    }
  }

  #finish(batch: readonly QueuedAppend[]): void {
    this.#running -= 1;
    this.#queue.release(batch);
    if (this.#queue.size > 0) this.#schedule();
    else if (this.#isIdle()) for (const resolve of this.#onIdle.splice(0)) resolve();
  }

  /** Settles every append of the batch, with retries. It never rejects. */
  async #write(batch: readonly QueuedAppend[]): Promise<void> {
    let left = batch;
    for (let failures = 0; left.length > 0; failures += 1) {
      try {
        const answers = answersOf(left, await this.#call(left));
        for (const [index, answer] of answers.entries()) left[index]?.settle(answer);
        return;
      } catch (cause) {
        switch (errorKindOf(cause)) {
          case 'unknown':
            return this.#answerUnknown(left, cause);
          case 'permanent':
            return rejectAll(left, cause);
          case 'bad-append':
            return this.#isolate(left, cause);
          case 'transient':
            left = await this.#backOff(left, failures, cause);
        }
      }
    }
  }

  async #call(batch: readonly QueuedAppend[]): Promise<Appended> {
    const startedAtMs = performance.now();
    const client = await this.pool.connect().catch((cause: unknown) => {
      throw new ConnectionFailedError('no connection to Postgres', { cause });
    });
    const { rows } = await client
      .query<Appended>(appendCall(batch, this.options.rulesKnown))
      .catch((error: unknown) => {
        client.release(!isConnectionUsableAfter(error));
        throw error;
      });
    client.release();
    this.observer.batchWritten?.(batch.length, performance.now() - startedAtMs);
    const [appended] = rows;
    if (appended === undefined) throw new Error('the append function returned no row');
    return appended;
  }

  /** Halves a batch that one append makes fail until that append is found, and writes the others. */
  async #isolate(batch: readonly QueuedAppend[], cause: unknown): Promise<void> {
    if (batch.length === 1) return rejectAll(batch, cause);
    this.observer.batchSplit?.(batch.length, cause);
    const half = Math.ceil(batch.length / 2);
    await this.#write(batch.slice(0, half));
    await this.#write(batch.slice(half));
  }

  /** Waits, and returns the appends to retry. Those that have waited too long are answered `unknown`. */
  async #backOff(
    batch: readonly QueuedAppend[],
    failures: number,
    cause: unknown,
  ): Promise<readonly QueuedAppend[]> {
    const since = performance.now() - this.options.appendMsMax;
    this.#answerUnknown(
      batch.filter((append) => append.enqueuedAtMs < since),
      cause,
    );
    const left = batch.filter((append) => append.enqueuedAtMs >= since);
    if (left.length === 0) return left;
    const waitMs = backoffMs(failures, this.options);
    this.observer.callRetried?.(cause, waitMs);
    await sleep(waitMs);
    return left;
  }

  #answerUnknown(batch: readonly QueuedAppend[], cause: unknown): void {
    if (batch.length === 0) return;
    this.observer.appendsUnknown?.(batch.length, cause);
    for (const append of batch) append.settle(unknown(cause));
  }
}

const storeClosed = (): Error => new Error('the store is closed');

const unknown = (cause: unknown): AppendAnswer => ({ kind: 'unknown', cause });

function rejectAll(batch: readonly QueuedAppend[], cause: unknown): void {
  for (const append of batch) append.fail(toPermanentError(cause));
}
