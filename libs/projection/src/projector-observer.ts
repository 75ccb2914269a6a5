import type { Position } from '#event-store';
import type { NewParkedAccount, VersionState } from '#read-model';

/** What a projector tells whoever keeps metrics, logs and alarms. */
export interface ProjectorObserver {
  /** This process is the one that works, or waits for the one that does. */
  readonly leadershipChanged?: (leading: boolean) => void;
  readonly applied?: (batch: AppliedBatchReport) => void;
  /** Of all versions that there are. */
  readonly lagMeasured?: (lags: readonly Lag[]) => void;
  /** The account goes no further, and everybody else does: somebody has to look. */
  readonly parked?: (version: number, account: NewParkedAccount) => void;
  /** A batch failed over an event: it is written once more, with care, to find the account. */
  readonly retriedWithParking?: (version: number, cause: unknown) => void;
  /** It stops there for good: somebody has to look. */
  readonly poisoned?: (version: number, cause: Error) => void;
  /** It goes on by itself after a while. null: not with one version alone. */
  readonly failed?: (version: number | null, cause: unknown) => void;
  /** Somebody else moved the tables: read again. */
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
  /** Accounts that are parked in it. */
  readonly parked: number;
  /** Events that the tables don't have yet; counted up to a limit. */
  readonly events: number;
  /** Age of the oldest of them. */
  readonly seconds: number;
}
