import type { Position } from '#event-store';
import type { NewParkedAccount, VersionState } from '#read-model';

/** Called by the projector, for metrics, logs and alarms. */
export interface ProjectorObserver {
  /** Whether this process leads or waits for the one that does. */
  readonly leadershipChanged?: (leading: boolean) => void;
  readonly applied?: (batch: AppliedBatchReport) => void;
  /** Called with the lag of every version. */
  readonly lagMeasured?: (lags: readonly Lag[]) => void;
  /** An account was parked, which an operator has to look at. All other accounts go on. */
  readonly parked?: (version: number, account: NewParkedAccount) => void;
  /** A batch failed at an event, and is written once more to find and park the account. */
  readonly retriedWithParking?: (version: number, cause: unknown) => void;
  /** The version has stopped at an event, which an operator has to look at. */
  readonly poisoned?: (version: number, cause: Error) => void;
  /** A failure that is retried. null: it does not concern a single version. */
  readonly failed?: (version: number | null, cause: unknown) => void;
  /** Another process has moved the checkpoint, which is read again. */
  readonly conflicted?: (version: number) => void;
}

export interface AppliedBatchReport {
  readonly version: number;
  readonly events: number;
  readonly rows: number;
  readonly position: Position;
  readonly ms: number;
}

export interface Lag {
  readonly version: number;
  readonly state: VersionState;
  readonly position: Position | null;
  /** Accounts that are parked in the version. */
  readonly parked: number;
  /** Events that are not in the tables yet, counted up to a limit. */
  readonly events: number;
  /** The age of the oldest of these events. */
  readonly seconds: number;
}
