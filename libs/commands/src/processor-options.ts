import { policyFingerprint } from '#identity';
import type { EventStore, SealedSnapshots } from '#event-store';
import type { Policy } from '#ledger';
import { SYSTEM_CLOCK, type Clock } from './clock.js';
import { COMMAND_LIMITS, unansweredMax, type CommandLimits } from './command-limits.js';
import { SILENT_OBSERVER, type CommandObserver } from './command-observer.js';
import { CancellableTimers } from './cancellable-timers.js';

/** What a desk is made of. */
export interface AccountCommandProcessorOptions {
  readonly store: EventStore;
  readonly policy: Policy;
  readonly snapshots?: SealedSnapshots;
  readonly limits?: Partial<CommandLimits>;
  readonly observer?: Partial<CommandObserver>;
  readonly clock?: Clock;
  /** 0 ≤ random() < 1. Only the length of pauses depends on it. */
  readonly random?: () => number;
}

/** The same with everything in its place, for all parts of the desk. */
export interface ProcessorContext {
  readonly store: EventStore;
  readonly policy: Policy;
  readonly policyFingerprint: string;
  readonly limits: CommandLimits;
  readonly observer: CommandObserver;
  readonly clock: Clock;
  readonly random: () => number;
  readonly timers: CancellableTimers;
}

export function createContext(options: AccountCommandProcessorOptions): ProcessorContext {
  const { store, policy, clock = SYSTEM_CLOCK, random = Math.random } = options;
  const limits = { ...COMMAND_LIMITS, ...options.limits };
  const accountCommandsMax = Math.min(limits.accountCommandsMax, unansweredMax(policy));
  return {
    store,
    policy,
    policyFingerprint: policyFingerprint(policy),
    limits: { ...limits, accountCommandsMax },
    observer: { ...SILENT_OBSERVER, ...options.observer },
    clock,
    random,
    timers: new CancellableTimers(clock),
  };
}
