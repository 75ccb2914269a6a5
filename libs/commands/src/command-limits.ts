import type { Policy } from '#ledger';

/** Every bound of a command processor. */
export interface CommandLimits {
  readonly appendEventsMax: number;
  readonly appendBytesMax: number;
  /** Admitted commands of all accounts: the others are queued. */
  readonly commandsMax: number;
  /** Admitted commands of one account, and never more than the account recognises as repeats. */
  readonly accountCommandsMax: number;
  readonly queuedCommandsMax: number;
  readonly cachedAccountsMax: number;
  /** Commands, consumptions and batches in all cached accounts. */
  readonly cachedEntriesMax: number;
  /** A call of the store that takes longer counts as failed. */
  readonly attemptMsMax: number;
  /** A failed call is retried for this long. */
  readonly retryMsMax: number;
  readonly backoffMsMin: number;
  readonly backoffMsMax: number;
  readonly conflictsMax: number;
  /** A snapshot is saved after this many events since the previous one. */
  readonly snapshotEvery: number;
  readonly pendingSnapshotsMax: number;
  /** One in this many loaded snapshots is compared with all its events; 0 disables the check. */
  readonly snapshotCheckOneIn: number;
}

export const COMMAND_LIMITS: CommandLimits = {
  appendEventsMax: 500,
  appendBytesMax: 512 * 1024,
  commandsMax: 10_000,
  accountCommandsMax: 1_000,
  queuedCommandsMax: 20_000,
  cachedAccountsMax: 20_000,
  cachedEntriesMax: 1_000_000,
  attemptMsMax: 5_000,
  retryMsMax: 10_000,
  backoffMsMin: 10,
  backoffMsMax: 1_000,
  conflictsMax: 100,
  snapshotEvery: 2_000,
  pendingSnapshotsMax: 4,
  snapshotCheckOneIn: 100,
};

/**
 * How many commands of one account may be unanswered at a time: half of those it is sure to
 * recognise, so that all of them are still recognised when they are delivered again behind as many
 * others.
 */
export function unansweredMax(policy: Policy): number {
  return Math.max(1, Math.floor(policy.rememberMax / 2));
}
