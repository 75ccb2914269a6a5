import type { Policy } from '#ledger';
import type { AccountsFound, AccountsWork } from './account-pass.js';
import { passByAccount } from './account-pass.js';
import type { PositionsFound, PositionsWork } from './position-pass.js';
import { passByPosition } from './position-pass.js';
import type { SnapshotKeys } from '#event-store';
import type { SnapshotSource } from '../store/snapshot-source.js';
import { passBySnapshot, type SnapshotsFound, type SnapshotsWork } from './snapshot-pass.js';
import type { EventSource } from '../store/event-source.js';
import { knownPolicies } from '../checks/known-policies.js';
import { EVENT_TYPES } from '../checks/event-types.js';

/** A piece of work for one core, as it crosses from thread to thread. */
export type Job =
  | { readonly kind: 'positions'; readonly work: Omit<PositionsWork, 'knownTypes'> }
  | { readonly kind: 'accounts'; readonly work: Omit<AccountsWork, 'policies'> }
  | { readonly kind: 'snapshots'; readonly work: SnapshotsWork };

export type AnyFound = PositionsFound | AccountsFound | SnapshotsFound;

interface FoundOf {
  readonly positions: PositionsFound;
  readonly accounts: AccountsFound;
  readonly snapshots: SnapshotsFound;
}

export type Found<J extends Job> = FoundOf[J['kind']];

/** Where snapshots are, and the keys that seal them (null: none was given). */
export interface SnapshotsToCheck {
  readonly snapshots: Pick<SnapshotSource, 'forStream'>;
  readonly keys: SnapshotKeys | null;
}

/** What does jobs, some of them at the same time. */
export interface Crew {
  readonly size: number;
  run<J extends Job>(job: J): Promise<Found<J>>;
  /** Events that all of them have gone through. */
  readonly events: number;
  close(): Promise<void>;
}

/** Does jobs on one source, one by one. */
export function worker(
  source: EventSource,
  policies: readonly Policy[],
  snapshots: SnapshotsToCheck | null,
  progress: (events: number) => void,
): (job: Job) => Promise<AnyFound> {
  const known = knownPolicies(policies);
  return (job) => {
    switch (job.kind) {
      case 'positions':
        return passByPosition(source, { ...job.work, knownTypes: EVENT_TYPES }, progress);
      case 'accounts':
        return passByAccount(source, { ...job.work, policies: known }, progress);
      case 'snapshots':
        if (snapshots === null) throw new Error('a bug: nobody said where the snapshots are');
        return passBySnapshot({ ...snapshots, source, policies: known }, job.work, progress);
    }
  };
}

/** All of it in this thread, one job behind the other. */
export function crewOfOne(
  source: EventSource,
  policies: readonly Policy[] = [],
  snapshots: SnapshotsToCheck | null = null,
): Crew {
  let events = 0;
  const run = worker(source, policies, snapshots, (more) => (events += more));
  let idle: Promise<unknown> = Promise.resolve();
  return {
    size: 1,
    get events() {
      return events;
    },
    run: <J extends Job>(job: J): Promise<Found<J>> => {
      const done = idle.then(() => run(job)) as Promise<Found<J>>;
      idle = done.catch(() => {});
      return done;
    },
    close: async () => {},
  };
}
