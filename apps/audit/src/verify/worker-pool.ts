import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { Semaphore } from '#async';
import type { Policy, TakeOverEvent } from '#ledger';
import { Findings, type PlainFindings } from '../checks/findings.js';
import type { ReadVersion } from '../checks/known-settings.js';
import { CannotCheckError, StoreRefusedError } from '../store/errors.js';
import type { SnapshotOptions } from '../store/open-snapshot-source.js';
import type { Job, JobResult, WorkerPool } from './jobs.js';

const THREADS_MAX = 16;
/**
 * Young objects of all threads together. Events are garbage soon after they are read, so a larger
 * young generation only costs memory. It is fixed, so that memory does not grow with the ledger.
 */
const SEMI_SPACE_TOTAL_MB = 64;
const SEMI_SPACE_MB_MIN = 8;
/** V8 lets the heap grow to four times of what is alive. Here that is mostly finished accounts. */
const HEAP_GROWING_PERCENT = 100;

export interface WorkerOptions {
  readonly eventStore: string;
  readonly policies: readonly Policy[];
  /** They are read once, and not by each worker. */
  readonly settings: readonly ReadVersion[];
  readonly takeOvers: readonly TakeOverEvent[];
  /** null: snapshots are not checked. */
  readonly snapshots: SnapshotOptions | null;
}

export type WorkerRequest =
  { readonly kind: 'job'; readonly id: number; readonly job: Job } | { readonly kind: 'close' };

export type WorkerResponse =
  | { readonly kind: 'progress'; readonly events: number }
  | { readonly kind: 'done'; readonly id: number; readonly found: unknown }
  | {
      readonly kind: 'failed';
      readonly id: number;
      readonly cannotCheck: boolean;
      /** null: it is no refusal of the store. */
      readonly code: string | null;
      readonly message: string;
      readonly stack: string;
    };

/** A pool of one worker thread per core, each with connections of its own. */
export function threadWorkerPool(
  options: WorkerOptions,
  threads = availableParallelism(),
): WorkerPool {
  const size = Math.min(threads, THREADS_MAX);
  limitHeapOfNewThreads(size);
  let eventsRead = 0;
  const workers = Array.from(
    { length: size },
    () => new PoolWorker(options, (events) => (eventsRead += events)),
  );
  const idle = [...workers];
  const permits = new Semaphore(size);
  return {
    size,
    get eventsRead() {
      return eventsRead;
    },
    run: <J extends Job>(job: J): Promise<JobResult<J>> =>
      permits.run(async () => {
        const worker = idle.pop();
        if (worker === undefined) throw new Error('a bug: a permit without an idle worker');
        try {
          return (await worker.run(job)) as JobResult<J>;
        } finally {
          idle.push(worker);
        }
      }),
    close: async () => {
      await Promise.all(workers.map((worker) => worker.close()));
    },
  };
}

/** By flags, because a flag on the command line of the process overrides the limits of a Worker. */
function limitHeapOfNewThreads(threads: number): void {
  const semiSpaceMb = Math.max(SEMI_SPACE_MB_MIN, Math.floor(SEMI_SPACE_TOTAL_MB / threads));
  setFlagsFromString(`--min-semi-space-size=${semiSpaceMb}`);
  setFlagsFromString(`--max-semi-space-size=${semiSpaceMb}`);
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWING_PERCENT}`);
}

interface PendingJob {
  readonly resolve: (found: unknown) => void;
  readonly reject: (error: Error) => void;
}

class PoolWorker {
  readonly #worker: Worker;
  readonly #jobs = new Map<number, PendingJob>();
  readonly #exited: Promise<void>;
  #nextJobId = 0;

  constructor(options: WorkerOptions, progress: (events: number) => void) {
    this.#worker = new Worker(new URL('./pool-worker.js', import.meta.url), {
      workerData: options,
    });
    this.#worker.on('message', (response: WorkerResponse) => {
      if (response.kind === 'progress') progress(response.events);
      else this.#settle(response);
    });
    this.#worker.on('error', (error) => this.#failAll(error));
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        this.#failAll(new Error(`a worker thread of the auditor ended with ${code}`));
        resolve();
      });
    });
  }

  run(job: Job): Promise<unknown> {
    const id = this.#nextJobId++;
    return new Promise((resolve, reject) => {
      this.#jobs.set(id, { resolve, reject });
      this.#send({ kind: 'job', id, job });
    });
  }

  async close(): Promise<void> {
    this.#send({ kind: 'close' });
    await this.#exited;
  }

  #send(request: WorkerRequest): void {
    this.#worker.postMessage(request);
  }

  #settle(response: Exclude<WorkerResponse, { kind: 'progress' }>): void {
    const job = this.#jobs.get(response.id);
    this.#jobs.delete(response.id);
    if (response.kind === 'done') job?.resolve(deserializeResult(response.found));
    else job?.reject(deserializeError(response));
  }

  #failAll(error: Error): void {
    for (const { reject } of this.#jobs.values()) reject(error);
    this.#jobs.clear();
  }
}

/** Expected errors get their classes back. An unexpected one keeps the stack of its thread. */
function deserializeError(failed: Extract<WorkerResponse, { kind: 'failed' }>): Error {
  const { cannotCheck, code, message, stack } = failed;
  if (cannotCheck) return new CannotCheckError(message);
  return code === null
    ? Object.assign(new Error(message), { stack })
    : new StoreRefusedError(code, message);
}

/** Threads exchange plain data: findings get their class back, and bytes become a Buffer again. */
function deserializeResult(found: unknown): unknown {
  const { findings: plain, leaves } = found as {
    readonly findings: PlainFindings;
    readonly leaves?: readonly Uint8Array[];
  };
  const findings = new Findings();
  findings.merge(plain);
  const buffers = leaves?.map(({ buffer, byteOffset, byteLength }) =>
    Buffer.from(buffer, byteOffset, byteLength),
  );
  return { ...(found as object), findings, ...(buffers && { leaves: buffers }) };
}
