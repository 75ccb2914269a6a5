import type { Policy } from '#ledger';

/** Every bound of the desk. Passed in; these are the values when nothing else is asked for. */
export interface CommandLimits {
  readonly appendEventsMax: number;
  readonly appendBytesMax: number;
  /** Commands at the desk at a time, all accounts together … */
  readonly commandsMax: number;
  /** … and of one account; never more than the account is sure to recognise again. */
  readonly accountCommandsMax: number;
  /** Commands that wait for room at the desk. */
  readonly queuedCommandsMax: number;
  /** States kept between commands: of how many accounts, and how much all of them may remember. */
  readonly cachedAccountsMax: number;
  readonly cachedEntriesMax: number;
  /** How long one call of the store may take before it counts as unanswered … */
  readonly attemptMsMax: number;
  /** … and how long unanswered calls are repeated. */
  readonly retryMsMax: number;
  readonly backoffMsMin: number;
  readonly backoffMsMax: number;
  readonly conflictsMax: number;
  /** A snapshot is written when this many events stand behind the one before. */
  readonly snapshotEvery: number;
  readonly pendingSnapshotsMax: number;
  /** Of so many snapshots that are loaded, one is held against all events; 0: none is. */
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
 * How many commands of one account may be unanswered at a time: half of what it is sure to
 * remember, so that all of them are recognised when they are delivered again behind as many others.
 */
export function unansweredMax(policy: Policy): number {
  return Math.max(1, Math.floor(policy.rememberMax / 2));
}
