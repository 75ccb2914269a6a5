import type { EventBatch, Position } from '#event-store';

import type { NewParkedAccount } from './fold/parking.js';

/** `kept` was live before the last rebuild, and is kept up to date for an instant rollback. */
export type VersionState = 'building' | 'live' | 'kept';

export interface Checkpoint {
  readonly version: number;
  readonly state: VersionState;
  /** All events up to here are in the tables. null: the tables are empty. */
  readonly position: Position | null;
  /** The last event of an account in the tables. Later records are foreign. */
  readonly lastEvent: Position | null;
  /** The number of events in the tables. */
  readonly eventCount: number;
  /** Accounts that are parked in the version. */
  readonly parked: number;
  readonly committedAt: string;
}

export type WriteResult =
  | {
      readonly kind: 'applied';
      readonly rows: number;
      readonly events: number;
      /** Accounts that were parked by the same transaction. */
      readonly parked: readonly NewParkedAccount[];
      readonly state: VersionState;
    }
  /** The batch had nothing new. */
  | { readonly kind: 'nothing' }
  /** The checkpoint is not where the caller expected it, because another writer moved it. */
  | { readonly kind: 'conflict' };

/** Writes one version of the read tables. */
export interface TableWriter {
  /** null: the version does not exist. */
  checkpoint(): Promise<Checkpoint | null>;
  /**
   * Writes a batch and advances the checkpoint from `after` to its end, in one transaction. The next batch
   * may be passed before this one is written: batches that wait are written together, and then fail
   * together. Rejects with PoisonEvent when an event can't be applied. Then nothing of its batch is
   * written.
   */
  write(after: Position | null, batch: EventBatch): Promise<WriteResult>;
  /**
   * Writes one batch by itself after `write` has failed at an event: an account with an event that can't
   * be applied is parked, and all other events are written. Rejects with PoisonEvent when the failure does
   * not concern a single account or the event may not park its account, and with TooManyParked.
   */
  writeWithParking(
    after: Position | null,
    batch: EventBatch,
    mayPark?: (position: Position) => boolean,
  ): Promise<WriteResult>;
  /** Resolves when another batch may be passed, so that not too many events wait in memory. */
  waitForCapacity(): Promise<void>;
}
