import { parentPort, workerData } from 'node:worker_threads';
import { CannotCheckError, StoreRefusedError } from '../store/errors.js';
import { openEventSource } from '../store/open-event-source.js';
import { openSnapshotSource } from '../store/open-snapshot-source.js';
import { jobRunner } from './jobs.js';
import type { WorkerOptions, WorkerRequest, WorkerResponse } from './worker-pool.js';

// A worker thread of the pool. It has connections of its own and runs one job after the other.

const PROGRESS_INTERVAL_MS = 200;

const port = parentPort;
if (port === null) throw new Error('a bug: this file must run as a worker thread');
const { eventStore, policies, snapshots: snapshotOptions } = workerData as WorkerOptions;
const source = await openEventSource(eventStore);
const snapshots = snapshotOptions === null ? null : openSnapshotSource(snapshotOptions);
const send = (response: WorkerResponse): void => port.postMessage(response);

let events = 0;
const sendProgress = (): void => {
  send({ kind: 'progress', events });
  events = 0;
};
const progressTimer = setInterval(sendProgress, PROGRESS_INTERVAL_MS);
const run = jobRunner(source, policies, snapshots, (more) => (events += more));

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
    const error = cause instanceof Error ? cause : new Error(String(cause));
    const code = error instanceof StoreRefusedError ? error.code : null;
    const cannotCheck = error instanceof CannotCheckError;
    const { message, stack = message } = error;
    send({ kind: 'failed', id, cannotCheck, code, message, stack });
  }
}

async function close(): Promise<void> {
  clearInterval(progressTimer);
  await source.close();
  await snapshots?.snapshots.close();
  port?.close();
}
