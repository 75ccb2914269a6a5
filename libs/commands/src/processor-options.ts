import { CancellableTimers, SYSTEM_CLOCK, type Clock } from '#async';
import { policyFingerprint } from '#identity';
import type { EventStore, SealedSnapshots } from '#event-store';
import type { Policy } from '#ledger';
import { COMMAND_LIMITS, unansweredMax, type CommandLimits } from './command-limits.js';
import { SILENT_OBSERVER, type CommandObserver } from './command-observer.js';

export interface AccountCommandProcessorOptions {
  readonly store: EventStore;
  readonly policy: Policy;
  readonly snapshots?: SealedSnapshots;
  readonly limits?: Partial<CommandLimits>;
  readonly observer?: Partial<CommandObserver>;
  readonly clock?: Clock;
  /** Gives numbers from 0 to below 1, for the jitter of retries only. */
  readonly random?: () => number;
}

/** The options with every default filled in, shared by the parts of a processor. */
export interface ProcessorContext {
  readonly store: EventStore;
  readonly policy: Policy;
  readonly policyFingerprint: string;
  readonly limits: CommandLimits;
  readonly observer: CommandObserver;
  readonly clock: Clock;
  readonly random: () => number;
  /** Every wait of the processor, so that shutdown can end all of them at once. */
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
