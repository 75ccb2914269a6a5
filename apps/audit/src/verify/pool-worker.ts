import { parentPort, workerData } from 'node:worker_threads';
import { CannotCheckError, StoreRefusedError } from '../store/errors.js';
import { openSnapshotSource } from '../store/open-snapshot-source.js';
import { openEventSource } from '../store/open-event-source.js';
import { worker } from './jobs.js';
import type { Asked, ThreadSettings, Told } from './worker-pool.js';

// One core of `verify`: its own connection, one job after the other.

const PROGRESS_EVERY_MS = 200;

const port = parentPort;
if (port === null) throw new Error('a bug: this file is a thread of the auditor');
const { eventStore, policies, snapshots: settings } = workerData as ThreadSettings;
const source = await openEventSource(eventStore);
const snapshots = settings === null ? null : openSnapshotSource(settings);
const tell = (told: Told): void => port.postMessage(told);

let events = 0;
const tellProgress = (): void => {
  tell({ kind: 'progress', events });
  events = 0;
};
const ticking = setInterval(tellProgress, PROGRESS_EVERY_MS);
const run = worker(source, policies, snapshots, (more) => (events += more));

port.on('message', (asked: Asked) => {
  if (asked === 'close') void close();
  else void answer(asked);
});

async function answer({ id, job }: Exclude<Asked, 'close'>): Promise<void> {
  try {
    const found = await run(job);
    tellProgress();
    const { counts, kept } = found.findings;
    tell({ kind: 'done', id, found: { ...found, findings: { counts, kept } } });
  } catch (cause) {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    const code = error instanceof StoreRefusedError ? error.code : null;
    const cannotCheck = error instanceof CannotCheckError;
    const { message, stack = message } = error;
    tell({ kind: 'failed', id, cannotCheck, code, message, stack });
  }
}

async function close(): Promise<void> {
  clearInterval(ticking);
  await source.close();
  await snapshots?.snapshots.close();
  port?.close();
}
