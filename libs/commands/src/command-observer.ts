import type { PermanentStoreError } from '#event-store';
import type { DebtChange } from './debt-changes.js';
import type { AccountDamaged, DecisionFailed } from './errors.js';

/** Receives the reports of a command processor, for metrics and logs. Its methods must not throw. */
export interface CommandObserver {
  appended(report: {
    readonly stream: string;
    readonly commands: number;
    readonly events: number;
    /** Duration from the first attempt to the answer. */
    readonly ms: number;
    readonly attempts: number;
  }): void;
  /** What the events of an append changed of debts and recharges. */
  debtsChanged(changes: readonly DebtChange[]): void;
  /** Another process wrote to the account: it is loaded again and the commands are decided again. */
  conflicted(stream: string): void;
  /** The store did not confirm an append: the same events are sent again. */
  appendOutcomeUnknown(stream: string, cause: unknown): void;
  /** A read failed and is retried. */
  readFailed(stream: string, cause: unknown): void;
  /** Reading the settings failed and is retried. */
  settingsReadFailed(cause: unknown): void;
  /**
   * Rules 1 began a pre-deduction that its command does not name. Under rules 2 it would have another
   * id, and a sender that settles it by the id of the command would not find it.
   */
  unnamedPreDeduction(stream: string): void;
  cacheHit(stream: string): void;
  accountLoaded(report: {
    readonly stream: string;
    readonly from: 'stream' | 'snapshot';
    readonly events: number;
    readonly ms: number;
  }): void;
  snapshotIgnored(stream: string, reason: string): void;
  /** The snapshot was not sealed with one of our keys. It is removed and not used. */
  snapshotForged(stream: string): void;
  /** The snapshot has a valid seal but differs from its events. Alert on it. */
  snapshotDiffers(stream: string, revision: number, difference: string): void;
  snapshotChecked(stream: string): void;
  snapshotNotSaved(stream: string, cause: unknown): void;
  /** A permanent error that no retry can help. Alert on it. */
  alarm(error: AccountDamaged | DecisionFailed | PermanentStoreError): void;
}

const nothing = (): void => undefined;

export const SILENT_OBSERVER: CommandObserver = {
  appended: nothing,
  debtsChanged: nothing,
  conflicted: nothing,
  appendOutcomeUnknown: nothing,
  readFailed: nothing,
  settingsReadFailed: nothing,
  unnamedPreDeduction: nothing,
  cacheHit: nothing,
  accountLoaded: nothing,
  snapshotIgnored: nothing,
  snapshotForged: nothing,
  snapshotDiffers: nothing,
  snapshotChecked: nothing,
  snapshotNotSaved: nothing,
  alarm: nothing,
};
