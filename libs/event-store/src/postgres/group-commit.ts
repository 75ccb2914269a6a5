import type pg from 'pg';
import { pause, settledWithin } from '../wait.js';
import {
  answersOf,
  appendCall,
  type Append,
  type AppendAnswer,
  type Appended,
} from './append-call.js';
import { AppendQueue, type QueuedAppend } from './append-queue.js';
import type { PostgresObserver, ResolvedPostgresOptions } from './options.js';
import {
  isConnectionUsableAfter,
  ConnectionFailedError,
  toPermanentError,
  errorKindOf,
} from './error-kind.js';

const BACK_OFF_DOUBLINGS_MAX = 20;
const NEVER = new AbortController().signal;

/**
 * Many appends in one call and one commit. No timer gathers them: while the calls that may run do
 * run, the next batch grows.
 */
export class GroupCommit {
  readonly #queue = new AppendQueue();
  #running = 0;
  #scheduled = false;
  #closed = false;
  /** Callers for whom the queue had no place, in order. */
  readonly #line: { readonly waiting: QueuedAppend; readonly timer: NodeJS.Timeout }[] = [];
  readonly #whenIdle: (() => void)[] = [];

  constructor(
    private readonly pool: pg.Pool,
    private readonly options: ResolvedPostgresOptions,
    private readonly observer: PostgresObserver,
  ) {}

  append(append: Append): Promise<AppendAnswer> {
    if (this.#closed) return Promise.resolve(unknown(new Error('the store is closed')));
    return new Promise((settle, fail) => {
      const waiting = { ...append, sinceMs: performance.now(), settle, fail };
      if (this.#line.length === 0 && this.#hasPlace()) this.#queue.add(waiting);
      else this.#standInLine(waiting);
      this.#schedule();
    });
  }

  /** Lets what is queued be written, for so long; what is left then is `unknown`. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#isIdle()) return;
    const idle = new Promise<void>((resolve) => this.#whenIdle.push(resolve));
    await settledWithin(this.options.closeMsMax, idle);
    for (const { timer } of this.#line) clearTimeout(timer);
    const left = [...this.#queue.drain(), ...this.#line.splice(0).map(({ waiting }) => waiting)];
    this.#giveUp(left, new Error('the store is closed'));
  }

  #hasPlace(): boolean {
    return this.#queue.size < this.options.queueAppendsMax;
  }

  #isIdle(): boolean {
    return this.#running === 0 && this.#queue.size === 0 && this.#line.length === 0;
  }

  #standInLine(waiting: QueuedAppend): void {
    const timer = setTimeout(() => {
      this.#line.splice(this.#line.indexOf(inLine), 1);
      this.#giveUp([waiting], new Error('the queue of appends stayed full'));
    }, this.options.appendMsMax);
    const inLine = { waiting, timer };
    this.#line.push(inLine);
  }

  #letIn(): void {
    while (this.#hasPlace()) {
      const next = this.#line.shift();
      if (next === undefined) return;
      clearTimeout(next.timer);
      this.#queue.add(next.waiting);
    }
  }

  /** Not at once: whoever hears an answer in this turn may have the next append ready. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#fillLanes();
    });
  }

  #fillLanes(): void {
    const {
      concurrentBatches: lanes,
      batchAppendsMax,
      batchBytesMax: batchCharactersMax,
    } = this.options;
    while (this.#running < lanes) {
      const batch = this.#queue.take(lanes, batchAppendsMax, batchCharactersMax);
      if (batch.length === 0) break;
      this.#letIn();
      this.#running += 1;
      void this.#carry(batch).finally(() => this.#landed(batch));
    }
  }

  #landed(batch: readonly QueuedAppend[]): void {
    this.#running -= 1;
    this.#queue.release(batch);
    if (this.#queue.size > 0) this.#schedule();
    else if (this.#isIdle()) for (const idle of this.#whenIdle.splice(0)) idle();
  }

  /** Settles every append of the batch; never rejects. */
  async #carry(batch: readonly QueuedAppend[]): Promise<void> {
    let left = batch;
    for (let failures = 0; left.length > 0; failures += 1) {
      try {
        const answers = answersOf(left, await this.#call(left));
        for (const [index, answer] of answers.entries()) left[index]?.settle(answer);
        return;
      } catch (cause) {
        switch (errorKindOf(cause)) {
          case 'unknown':
            return this.#giveUp(left, cause);
          case 'permanent':
            return refuse(left, cause);
          case 'poison':
            return this.#isolate(left, cause);
          case 'passes':
            left = await this.#waitAfter(left, failures, cause);
        }
      }
    }
  }

  async #call(batch: readonly QueuedAppend[]): Promise<Appended> {
    const begunMs = performance.now();
    const client = await this.pool.connect().catch((cause: unknown) => {
      throw new ConnectionFailedError('no connection to Postgres', { cause });
    });
    const { rows } = await client.query<Appended>(appendCall(batch)).catch((error: unknown) => {
      client.release(!isConnectionUsableAfter(error));
      throw error;
    });
    client.release();
    this.observer.batchWritten?.(batch.length, performance.now() - begunMs);
    const [appended] = rows;
    if (appended === undefined) throw new Error('the append function gave no row');
    return appended;
  }

  /** One of them spoils the call: halves find which, and the others are written. */
  async #isolate(batch: readonly QueuedAppend[], cause: unknown): Promise<void> {
    if (batch.length === 1) return refuse(batch, cause);
    this.observer.batchSplit?.(batch.length, cause);
    const half = Math.ceil(batch.length / 2);
    await this.#carry(batch.slice(0, half));
    await this.#carry(batch.slice(half));
  }

  /** Those that waited too long are answered; the rest may be sent again. */
  async #waitAfter(
    batch: readonly QueuedAppend[],
    failures: number,
    cause: unknown,
  ): Promise<readonly QueuedAppend[]> {
    const {
      appendMsMax: patienceMs,
      backoffMsMin: backOffMsMin,
      backoffMsMax: backOffMsMax,
    } = this.options;
    const since = performance.now() - patienceMs;
    this.#giveUp(
      batch.filter((append) => append.sinceMs < since),
      cause,
    );
    const left = batch.filter((append) => append.sinceMs >= since);
    if (left.length === 0) return left;
    const doublings = Math.min(failures, BACK_OFF_DOUBLINGS_MAX);
    const waitMs = Math.min(backOffMsMax, backOffMsMin * 2 ** doublings);
    this.observer.callRetried?.(cause, waitMs);
    await pause(waitMs, NEVER);
    return left;
  }

  #giveUp(batch: readonly QueuedAppend[], cause: unknown): void {
    if (batch.length === 0) return;
    this.observer.appendsUnknown?.(batch.length, cause);
    for (const append of batch) append.settle(unknown(cause));
  }
}

const unknown = (cause: unknown): AppendAnswer => ({ kind: 'unknown', cause });

function refuse(batch: readonly QueuedAppend[], cause: unknown): void {
  for (const append of batch) append.fail(toPermanentError(cause));
}
