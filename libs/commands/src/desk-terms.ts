import { policyFingerprint } from '#identity';
import type { EventStore, SealedSnapshots } from '#event-store';
import type { Policy } from '#ledger';
import { SYSTEM_CLOCK, type Clock } from './clock.js';
import { DESK_LIMITS, unansweredMax, type DeskLimits } from './desk-limits.js';
import { SILENT, type DeskObserver } from './desk-observer.js';
import { Waits } from './waits.js';

/** What a desk is made of. */
export interface DeskParts {
  readonly store: EventStore;
  readonly policy: Policy;
  readonly snapshots?: SealedSnapshots;
  readonly limits?: Partial<DeskLimits>;
  readonly observer?: Partial<DeskObserver>;
  readonly clock?: Clock;
  /** 0 ≤ random() < 1. Only the length of pauses depends on it. */
  readonly random?: () => number;
}

/** The same with everything in its place, for all parts of the desk. */
export interface DeskTerms {
  readonly store: EventStore;
  readonly policy: Policy;
  readonly policyPrint: string;
  readonly limits: DeskLimits;
  readonly observer: DeskObserver;
  readonly clock: Clock;
  readonly random: () => number;
  readonly waits: Waits;
}

export function termsOf(parts: DeskParts): DeskTerms {
  const { store, policy, clock = SYSTEM_CLOCK, random = Math.random } = parts;
  const limits = { ...DESK_LIMITS, ...parts.limits };
  const accountCommandsMax = Math.min(limits.accountCommandsMax, unansweredMax(policy));
  return {
    store,
    policy,
    policyPrint: policyFingerprint(policy),
    limits: { ...limits, accountCommandsMax },
    observer: { ...SILENT, ...parts.observer },
    clock,
    random,
    waits: new Waits(clock),
  };
}
