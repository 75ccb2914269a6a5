import type { Policy } from '#ledger';
import type { AccountsFound, AccountsWork } from './accounts-pass.js';
import { passByAccount } from './accounts-pass.js';
import type { PositionsFound, PositionsWork } from './positions-pass.js';
import { passByPosition } from './positions-pass.js';
import type { EventSource } from '../source/event-source.js';
import { knownPolicies } from '../rules/known-policies.js';
import { EVENT_TYPES } from './event-types.js';

/** A piece of work for one core, as it crosses from thread to thread. */
export type Job =
  | { readonly kind: 'positions'; readonly work: Omit<PositionsWork, 'knownTypes'> }
  | { readonly kind: 'accounts'; readonly work: Omit<AccountsWork, 'policies'> };

export type Found<J extends Job> = J extends { kind: 'positions' } ? PositionsFound : AccountsFound;

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
  progress: (events: number) => void,
): (job: Job) => Promise<PositionsFound | AccountsFound> {
  const known = knownPolicies(policies);
  return (job) =>
    job.kind === 'positions'
      ? passByPosition(source, { ...job.work, knownTypes: EVENT_TYPES }, progress)
      : passByAccount(source, { ...job.work, policies: known }, progress);
}

/** All of it in this thread, one job behind the other. */
export function crewOfOne(source: EventSource, policies: readonly Policy[] = []): Crew {
  let events = 0;
  const run = worker(source, policies, (more) => (events += more));
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
