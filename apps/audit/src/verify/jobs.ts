import { EVENT_TYPES } from '../checks/event-types.js';
import type { KnownSettings } from '../checks/known-settings.js';
import type { EventSource } from '../store/event-source.js';
import { runAccountPass, type AccountPassOptions, type AccountPassResult } from './account-pass.js';
import {
  runPositionPass,
  type PositionPassOptions,
  type PositionPassResult,
} from './position-pass.js';
import {
  runSnapshotPass,
  type SnapshotAccess,
  type SnapshotPassOptions,
  type SnapshotPassResult,
} from './snapshot-pass.js';

/** A piece of work for one core, as plain data that can be sent to a worker thread. */
export type Job =
  | { readonly kind: 'positions'; readonly work: Omit<PositionPassOptions, 'knownTypes'> }
  | { readonly kind: 'accounts'; readonly work: Omit<AccountPassOptions, 'known'> }
  | { readonly kind: 'snapshots'; readonly work: SnapshotPassOptions };

export type AnyJobResult = PositionPassResult | AccountPassResult | SnapshotPassResult;

interface JobResults {
  readonly positions: PositionPassResult;
  readonly accounts: AccountPassResult;
  readonly snapshots: SnapshotPassResult;
}

export type JobResult<J extends Job> = JobResults[J['kind']];

/** Runs jobs, several at a time if it has several workers. */
export interface WorkerPool {
  readonly size: number;
  run<J extends Job>(job: J): Promise<JobResult<J>>;
  /** How many events all workers have read, for the progress display. */
  readonly eventsRead: number;
  close(): Promise<void>;
}

/** Runs jobs on one source in the current thread. */
export function jobRunner(
  source: EventSource,
  known: KnownSettings,
  snapshots: SnapshotAccess | null,
  progress: (events: number) => void,
): (job: Job) => Promise<AnyJobResult> {
  return (job) => {
    switch (job.kind) {
      case 'positions':
        return runPositionPass(source, { ...job.work, knownTypes: EVENT_TYPES }, progress);
      case 'accounts':
        return runAccountPass(source, { ...job.work, known }, progress);
      case 'snapshots':
        if (snapshots === null) throw new Error('a bug: no snapshots were opened for this job');
        return runSnapshotPass({ ...snapshots, source, known }, job.work, progress);
    }
  };
}
