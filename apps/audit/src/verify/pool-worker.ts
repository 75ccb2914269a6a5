import { parentPort, workerData } from 'node:worker_threads';
import { knownSettings } from '../checks/known-settings.js';
import { openEventSource } from '../store/open-event-source.js';
import { openSnapshotSource } from '../store/open-snapshot-source.js';
import { serveJobs } from './serve-jobs.js';
import type { WorkerOptions } from './worker-pool.js';

// A worker thread of the pool, with connections of its own.

if (parentPort === null) throw new Error('a bug: this file must run as a worker thread');
const { eventStore, policies, settings, takeOvers, snapshots } = workerData as WorkerOptions;
serveJobs(parentPort, {
  source: await openEventSource(eventStore),
  known: knownSettings(policies, settings, takeOvers),
  snapshots: snapshots === null ? null : openSnapshotSource(snapshots),
});
