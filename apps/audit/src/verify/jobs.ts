import type { Policy } from '#ledger';
import type { AccountPassResult, AccountPassOptions } from './account-pass.js';
import { runAccountPass } from './account-pass.js';
import type { PositionPassResult, PositionPassOptions } from './position-pass.js';
import { runPositionPass } from './position-pass.js';
import type { SnapshotKeys } from '#event-store';
import type { SnapshotSource } from '../store/snapshot-source.js';
import {
  runSnapshotPass,
  type SnapshotPassResult,
  type SnapshotPassOptions,
} from './snapshot-pass.js';
import type { EventSource } from '../store/event-source.js';
import { knownPolicies } from '../checks/known-policies.js';
import { EVENT_TYPES } from '../checks/event-types.js';

/** A piece of work for one core, as it crosses from thread to thread. */
export type Job =
  | { readonly kind: 'positions'; readonly work: Omit<PositionPassOptions, 'knownTypes'> }
  | { readonly kind: 'accounts'; readonly work: Omit<AccountPassOptions, 'policies'> }
  | { readonly kind: 'snapshots'; readonly work: SnapshotPassOptions };

export type AnyJobResult = PositionPassResult | AccountPassResult | SnapshotPassResult;

interface JobResults {
  readonly positions: PositionPassResult;
  readonly accounts: AccountPassResult;
  readonly snapshots: SnapshotPassResult;
}

export type JobResult<J extends Job> = JobResults[J['kind']];

/** Where snapshots are, and the keys that seal them (null: none was given). */
export interface SnapshotAccess {
  readonly snapshots: Pick<SnapshotSource, 'forStream'>;
  readonly keys: SnapshotKeys | null;
}

/** What does jobs, some of them at the same time. */
export interface WorkerPool {
  readonly size: number;
  run<J extends Job>(job: J): Promise<JobResult<J>>;
  /** Events that all of them have gone through. */
  readonly eventsRead: number;
  close(): Promise<void>;
}

/** Does jobs on one source, one by one. */
export function jobRunner(
  source: EventSource,
  policies: readonly Policy[],
  snapshots: SnapshotAccess | null,
  progress: (events: number) => void,
): (job: Job) => Promise<AnyJobResult> {
  const known = knownPolicies(policies);
  return (job) => {
    switch (job.kind) {
      case 'positions':
        return runPositionPass(source, { ...job.work, knownTypes: EVENT_TYPES }, progress);
      case 'accounts':
        return runAccountPass(source, { ...job.work, policies: known }, progress);
      case 'snapshots':
        if (snapshots === null) throw new Error('a bug: nobody said where the snapshots are');
        return runSnapshotPass({ ...snapshots, source, policies: known }, job.work, progress);
    }
  };
}

/** All of it in this thread, one job behind the other. */
export function inlineWorkerPool(
  source: EventSource,
  policies: readonly Policy[] = [],
  snapshots: SnapshotAccess | null = null,
): WorkerPool {
  let events = 0;
  const run = jobRunner(source, policies, snapshots, (more) => (events += more));
  let idle: Promise<unknown> = Promise.resolve();
  return {
    size: 1,
    get eventsRead() {
      return events;
    },
    run: <J extends Job>(job: J): Promise<JobResult<J>> => {
      const done = idle.then(() => run(job)) as Promise<JobResult<J>>;
      idle = done.catch(() => {});
      return done;
    },
    close: async () => {},
  };
}
