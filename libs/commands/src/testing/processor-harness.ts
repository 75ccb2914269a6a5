import { SealedSnapshots, SnapshotKeys, type SnapshotStore } from '#event-store';
import {
  MemoryEventStore,
  MemoryLog,
  type AppendCall,
  type MemoryFault,
} from '#event-store/testing';
import type { LedgerCommand, Policy } from '#ledger';
import { fixedSettings } from '#settings/testing';
import { AccountCommandProcessor } from '../account-command-processor.js';
import type { CommandResult } from '../command-batch.js';
import type { CommandObserver } from '../command-observer.js';
import type { AccountCommandProcessorOptions } from '../processor-options.js';
import { ORIGIN } from './command-builders.js';

export const KEYS = new SnapshotKeys([{ id: 'spec', secret: new Uint8Array(32).fill(1) }]);
export const withSeals = (store: SnapshotStore): SealedSnapshots =>
  new SealedSnapshots(store, KEYS);

/** One fault for each of the next appends; later appends have none. */
export function faults(...planned: (MemoryFault | 'none')[]): () => MemoryFault | undefined {
  return () => {
    const next = planned.shift();
    return next === 'none' ? undefined : next;
  };
}

export interface ProcessorSetup extends Partial<AccountCommandProcessorOptions> {
  readonly log?: MemoryLog;
  /** Changes to the policy of settings that say rules 1. */
  readonly policy?: Partial<Policy>;
  readonly faultOf?: (call: AppendCall) => MemoryFault | undefined;
  readonly readFaultOf?: () => Error | undefined;
}

export interface ObserverCall {
  readonly kind: keyof CommandObserver;
  readonly what: unknown[];
}

/**
 * A processor with its own memory store. The log may be shared with other processors. The calls of
 * the observer and the attempted appends are recorded.
 */
export function openProcessor(setup: ProcessorSetup = {}) {
  const { log = new MemoryLog(), policy = {}, faultOf, readFaultOf, ...options } = setup;
  const appends: AppendCall[] = [];
  const store = new MemoryEventStore({
    log,
    faultOf: (call) => {
      appends.push(call);
      return faultOf?.(call);
    },
    ...(readFaultOf && { readFaultOf }),
  });
  const notes: ObserverCall[] = [];
  const note =
    (kind: keyof CommandObserver) =>
    (...what: unknown[]): void => {
      notes.push({ kind, what });
    };
  const observer: CommandObserver = {
    appended: note('appended'),
    debtsChanged: note('debtsChanged'),
    conflicted: note('conflicted'),
    appendOutcomeUnknown: note('appendOutcomeUnknown'),
    readFailed: note('readFailed'),
    settingsReadFailed: note('settingsReadFailed'),
    unnamedPreDeduction: note('unnamedPreDeduction'),
    cacheHit: note('cacheHit'),
    accountLoaded: note('accountLoaded'),
    snapshotIgnored: note('snapshotIgnored'),
    snapshotForged: note('snapshotForged'),
    snapshotDiffers: note('snapshotDiffers'),
    snapshotChecked: note('snapshotChecked'),
    snapshotNotSaved: note('snapshotNotSaved'),
    alarm: note('alarm'),
  };
  const processor = new AccountCommandProcessor({
    store,
    settings: fixedSettings({ policy }),
    observer,
    ...options,
  });
  const observed = (kind: keyof CommandObserver): unknown[][] =>
    notes.filter((each) => each.kind === kind).map((each) => each.what);
  return { processor, store, log, appends, observed };
}

export function run(
  processor: AccountCommandProcessor,
  ...commands: LedgerCommand[]
): Promise<CommandResult[]> {
  return Promise.all(commands.map((command) => processor.run(command, ORIGIN)));
}

/** A promise that a test resolves to let a waiting call proceed. */
export function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

export const errorOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );
