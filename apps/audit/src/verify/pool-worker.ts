import { parentPort, workerData } from 'node:worker_threads';
import { CannotCheckError, StoreRefusedError } from '../store/errors.js';
import { openSnapshotSource } from '../store/open-snapshot-source.js';
import { openEventSource } from '../store/open-event-source.js';
import { jobRunner } from './jobs.js';
import type { WorkerRequest, WorkerOptions, WorkerResponse } from './worker-pool.js';

// One core of `verify`: its own connection, one job after the other.

const PROGRESS_EVERY_MS = 200;

const port = parentPort;
if (port === null) throw new Error('a bug: this file is a thread of the auditor');
const { eventStore, policies, snapshots: settings } = workerData as WorkerOptions;
const source = await openEventSource(eventStore);
const snapshots = settings === null ? null : openSnapshotSource(settings);
const send = (told: WorkerResponse): void => port.postMessage(told);

let events = 0;
const sendProgress = (): void => {
  send({ kind: 'progress', events });
  events = 0;
};
const ticking = setInterval(sendProgress, PROGRESS_EVERY_MS);
const run = jobRunner(source, policies, snapshots, (more) => (events += more));

port.on('message', (request: WorkerRequest) => {
  if (request === 'close') void close();
  else void runJob(request);
});

async function runJob({ id, job }: Exclude<WorkerRequest, 'close'>): Promise<void> {
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
  clearInterval(ticking);
  await source.close();
  await snapshots?.snapshots.close();
  port?.close();
}
