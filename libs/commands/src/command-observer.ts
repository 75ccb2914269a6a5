import type { PermanentStoreError } from '#event-store';
import type { AccountDamaged, DecisionFailed } from './errors.js';

/** What the desk reports, for metrics and logs. Called on the way of commands: must not throw. */
export interface CommandObserver {
  appended(report: {
    readonly stream: string;
    readonly commands: number;
    readonly events: number;
    /** From the first attempt to the answer. */
    readonly ms: number;
    readonly attempts: number;
  }): void;
  /** Somebody else wrote to the account: it is loaded and decided again. */
  conflicted(stream: string): void;
  /** The store did not say whether it wrote: the same is sent again. */
  unknown(stream: string, cause: unknown): void;
  /** A read failed and is tried again. */
  unread(stream: string, cause: unknown): void;
  found(stream: string): void;
  loaded(report: {
    readonly stream: string;
    readonly from: 'stream' | 'snapshot';
    readonly events: number;
    readonly ms: number;
  }): void;
  snapshotIgnored(stream: string, reason: string): void;
  /** Somebody wrote it who has no key: it was not used, and is removed. */
  snapshotForged(stream: string): void;
  /** It carries a seal of ours, and is not what the events come to: somebody has to look. */
  snapshotDiffers(stream: string, revision: number, difference: string): void;
  snapshotChecked(stream: string): void;
  snapshotNotSaved(stream: string, cause: unknown): void;
  /** No repeat will help. */
  alarm(trouble: AccountDamaged | DecisionFailed | PermanentStoreError): void;
}

const nothing = (): void => undefined;

export const SILENT_OBSERVER: CommandObserver = {
  appended: nothing,
  conflicted: nothing,
  unknown: nothing,
  unread: nothing,
  found: nothing,
  loaded: nothing,
  snapshotIgnored: nothing,
  snapshotForged: nothing,
  snapshotDiffers: nothing,
  snapshotChecked: nothing,
  snapshotNotSaved: nothing,
  alarm: nothing,
};
