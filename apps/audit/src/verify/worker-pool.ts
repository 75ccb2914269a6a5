import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { Policy } from '#ledger';
import { CannotCheckError, StoreRefusedError } from '../store/errors.js';
import { Findings, type PlainFindings } from '../checks/findings.js';
import type { SnapshotOptions } from '../commands/settings.js';
import type { WorkerPool, JobResult, Job } from './jobs.js';

/**
 * Of young objects, all threads together, and twice while they are looked through: events are done
 * with as they come, more is only later garbage. From the start, so that what it takes does not grow
 * with the events. By flags, for a flag of the process (see decision 8) goes before the limits of a
 * Worker.
 */
const SEMI_SPACE_TOTAL_MB = 64;
const SEMI_SPACE_MB_MIN = 8;
/**
 * Left to itself, V8 lets four times of what is alive pile up before it looks at it: accounts that are
 * done with, mostly. There is no limit on what is alive, which the largest account sets.
 */
const HEAP_GROWING_PERCENT = 100;
const THREADS_MAX = 16;

export interface WorkerOptions {
  readonly eventStore: string;
  readonly policies: readonly Policy[];
  /** null: they are not looked at. */
  readonly snapshots: SnapshotOptions | null;
}

export type WorkerRequest =
  { readonly kind: 'job'; readonly id: number; readonly job: Job } | 'close';

export type WorkerResponse =
  | { readonly kind: 'progress'; readonly events: number }
  | { readonly kind: 'done'; readonly id: number; readonly found: unknown }
  | {
      readonly kind: 'failed';
      readonly id: number;
      readonly cannotCheck: boolean;
      readonly code: string | null;
      readonly message: string;
      readonly stack: string;
    };

/** One thread for each core, each with its own connection. */
export function threadWorkerPool(
  settings: WorkerOptions,
  threads = availableParallelism(),
): WorkerPool {
  const size = Math.min(threads, THREADS_MAX);
  const semiSpaceMb = Math.max(SEMI_SPACE_MB_MIN, Math.floor(SEMI_SPACE_TOTAL_MB / size));
  // For the threads that are started from here on.
  setFlagsFromString(`--min-semi-space-size=${semiSpaceMb}`);
  setFlagsFromString(`--max-semi-space-size=${semiSpaceMb}`);
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWING_PERCENT}`);
  let eventsRead = 0;
  const workers = Array.from(
    { length: size },
    () => new PoolWorker(settings, (events) => (eventsRead += events)),
  );
  const idle = [...workers];
  const waiting: ((worker: PoolWorker) => void)[] = [];
  const acquire = (): Promise<PoolWorker> => {
    const worker = idle.pop();
    return worker === undefined
      ? new Promise((resolve) => waiting.push(resolve))
      : Promise.resolve(worker);
  };
  const release = (worker: PoolWorker): void => {
    const next = waiting.shift();
    if (next === undefined) idle.push(worker);
    else next(worker);
  };
  return {
    size: workers.length,
    get eventsRead() {
      return eventsRead;
    },
    async run<J extends Job>(job: J): Promise<JobResult<J>> {
      const worker = await acquire();
      try {
        return (await worker.run(job)) as JobResult<J>;
      } finally {
        release(worker);
      }
    },
    close: async () => {
      await Promise.all(workers.map((worker) => worker.close()));
    },
  };
}

interface PendingJob {
  readonly resolve: (found: unknown) => void;
  readonly reject: (error: Error) => void;
}

class PoolWorker {
  readonly #worker: Worker;
  readonly #jobs = new Map<number, PendingJob>();
  readonly #ended: Promise<void>;
  #nextJobId = 0;

  constructor(settings: WorkerOptions, progress: (events: number) => void) {
    this.#worker = new Worker(new URL('./pool-worker.js', import.meta.url), {
      workerData: settings,
    });
    this.#worker.on('message', (response: WorkerResponse) => {
      if (response.kind === 'progress') progress(response.events);
      else this.#settle(response);
    });
    this.#worker.on('error', (error) => this.#failAll(error));
    this.#ended = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        this.#failAll(new Error(`a thread of the auditor ended with ${code}`));
        resolve();
      });
    });
  }

  run(job: Job): Promise<unknown> {
    const id = this.#nextJobId++;
    return new Promise((resolve, reject) => {
      this.#jobs.set(id, { resolve, reject });
      this.#worker.postMessage({ kind: 'job', id, job } satisfies WorkerRequest);
    });
  }

  async close(): Promise<void> {
    this.#worker.postMessage('close' satisfies WorkerRequest);
    await this.#ended;
  }

  #settle(response: Exclude<WorkerResponse, { kind: 'progress' }>): void {
    const job = this.#jobs.get(response.id);
    this.#jobs.delete(response.id);
    if (response.kind === 'done')
      job?.resolve(deserializeResult(response.found as { findings: PlainFindings }));
    else job?.reject(deserializeError(response));
  }

  #failAll(error: Error): void {
    for (const { reject } of this.#jobs.values()) reject(error);
    this.#jobs.clear();
  }
}

/** A bug keeps its stack from thread to thread. */
function deserializeError(response: Extract<WorkerResponse, { kind: 'failed' }>): Error {
  const { cannotCheck, code, message, stack } = response;
  if (cannotCheck) return new CannotCheckError(message);
  return code === null
    ? Object.assign(new Error(message), { stack })
    : new StoreRefusedError(code, message);
}

/** A thread hands over plain data: what was found becomes findings again, bytes a Buffer. */
function deserializeResult(found: {
  readonly findings: PlainFindings;
  readonly leaves?: Uint8Array[];
}) {
  const findings = new Findings();
  findings.merge(found.findings);
  const { leaves } = found;
  const buffers = leaves?.map((bytes) =>
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  );
  return { ...found, findings, ...(buffers && { leaves: buffers }) };
}
