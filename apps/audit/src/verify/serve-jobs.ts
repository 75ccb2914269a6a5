import type { MessagePort } from 'node:worker_threads';
import type { KnownSettings } from '../checks/known-settings.js';
import { CannotCheckError, StoreRefusedError } from '../store/errors.js';
import type { EventSource } from '../store/event-source.js';
import { jobRunner } from './jobs.js';
import type { OpenSnapshotSource } from '../store/open-snapshot-source.js';
import type { WorkerRequest, WorkerResponse } from './worker-pool.js';

const PROGRESS_INTERVAL_MS = 200;

export interface JobServerOptions {
  readonly source: EventSource;
  readonly known: KnownSettings;
  /** null: snapshots are not checked. */
  readonly snapshots: OpenSnapshotSource | null;
}

/** Runs the jobs that arrive at the port, one after the other, and answers with what each of them found. */
export function serveJobs(port: MessagePort, options: JobServerOptions): void {
  const { source, known, snapshots } = options;
  const send = (response: WorkerResponse): void => port.postMessage(response);
  let events = 0;
  const sendProgress = (): void => {
    send({ kind: 'progress', events });
    events = 0;
  };
  const progressTimer = setInterval(sendProgress, PROGRESS_INTERVAL_MS);
  const run = jobRunner(source, known, snapshots, (more) => (events += more));

  port.on('message', (request: WorkerRequest) => {
    if (request.kind === 'close') void close();
    else void runJob(request);
  });

  async function runJob({ id, job }: Extract<WorkerRequest, { kind: 'job' }>): Promise<void> {
    try {
      const found = await run(job);
      sendProgress();
      const { counts, kept } = found.findings;
      send({ kind: 'done', id, found: { ...found, findings: { counts, kept } } });
    } catch (cause) {
      send({ kind: 'failed', id, ...serializeError(cause) });
    }
  }

  async function close(): Promise<void> {
    clearInterval(progressTimer);
    await source.close();
    await snapshots?.snapshots.close();
    port.close();
  }
}

/** Threads exchange plain data, so an error is sent as its parts. */
function serializeError(
  cause: unknown,
): Omit<Extract<WorkerResponse, { kind: 'failed' }>, 'kind' | 'id'> {
  const error = cause instanceof Error ? cause : new Error(String(cause));
  const { message, stack = message } = error;
  return {
    cannotCheck: error instanceof CannotCheckError,
    code: error instanceof StoreRefusedError ? error.code : null,
    message,
    stack,
  };
}
