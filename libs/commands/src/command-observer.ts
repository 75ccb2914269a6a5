import type { PermanentStoreError } from '#event-store';
import type { AccountDamaged, DecisionFailed } from './errors.js';

/** Reports of a command processor, for metrics and logs. Its methods must not throw. */
export interface CommandObserver {
  appended(report: {
    readonly stream: string;
    readonly commands: number;
    readonly events: number;
    /** From the first attempt to the answer. */
    readonly ms: number;
    readonly attempts: number;
  }): void;
  /** Another process wrote to the account: it is loaded again and the commands are decided again. */
  conflicted(stream: string): void;
  /** The store did not confirm an append: the same events are sent again. */
  unknown(stream: string, cause: unknown): void;
  /** A read failed and is retried. */
  unread(stream: string, cause: unknown): void;
  found(stream: string): void;
  loaded(report: {
    readonly stream: string;
    readonly from: 'stream' | 'snapshot';
    readonly events: number;
    readonly ms: number;
  }): void;
  snapshotIgnored(stream: string, reason: string): void;
  /** It was not sealed with a key of ours. It is not used, and removed. */
  snapshotForged(stream: string): void;
  /** It carries a valid seal and differs from its events. Alert on it. */
  snapshotDiffers(stream: string, revision: number, difference: string): void;
  snapshotChecked(stream: string): void;
  snapshotNotSaved(stream: string, cause: unknown): void;
  /** No retry can help. Alert on it. */
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
