import { parentPort, workerData } from 'node:worker_threads';
import { openEventSource } from '../store/open-event-source.js';
import { openSnapshotSource } from '../store/open-snapshot-source.js';
import { serveJobs } from './serve-jobs.js';
import type { WorkerOptions } from './worker-pool.js';

// A worker thread of the pool, with connections of its own.

if (parentPort === null) throw new Error('a bug: this file must run as a worker thread');
const { eventStore, policies, snapshots } = workerData as WorkerOptions;
serveJobs(parentPort, {
  source: await openEventSource(eventStore),
  policies,
  snapshots: snapshots === null ? null : openSnapshotSource(snapshots),
});
