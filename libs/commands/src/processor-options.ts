import { CancellableTimers, SYSTEM_CLOCK, type Clock } from '#async';
import type { EventStore, SealedSnapshots } from '#event-store';
import type { SettingsSource } from '#settings';
import { COMMAND_LIMITS, type CommandLimits } from './command-limits.js';
import { SILENT_OBSERVER, type CommandObserver } from './command-observer.js';

export interface AccountCommandProcessorOptions {
  readonly store: EventStore;
  readonly settings: SettingsSource;
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
  readonly settings: SettingsSource;
  readonly limits: CommandLimits;
  readonly observer: CommandObserver;
  readonly clock: Clock;
  readonly random: () => number;
  /** Every wait of the processor, so that shutdown can end all of them at once. */
  readonly timers: CancellableTimers;
}

export function createContext(options: AccountCommandProcessorOptions): ProcessorContext {
  const { store, settings, clock = SYSTEM_CLOCK, random = Math.random } = options;
  const limits = { ...COMMAND_LIMITS, ...options.limits };
  return {
    store,
    settings,
    limits,
    observer: { ...SILENT_OBSERVER, ...options.observer },
    clock,
    random,
    timers: new CancellableTimers(clock),
  };
}
