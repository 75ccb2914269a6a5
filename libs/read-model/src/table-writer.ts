import type { EventBatch, Position } from '#event-store';

import type { NewParkedAccount } from './fold/parking.js';

/** `kept`: was live before the last rebuild, and is fed on for an instant way back. */
export type VersionState = 'building' | 'live' | 'kept';

export interface Checkpoint {
  readonly version: number;
  readonly state: VersionState;
  /** Everything up to here is in the tables; null: nothing is. */
  readonly position: Position | null;
  /** The last event that is in the tables; what lies between was not ours. */
  readonly lastEvent: Position | null;
  /** Events of accounts that are in the tables. */
  readonly eventCount: number;
  /** Accounts that are parked in it. */
  readonly parked: number;
  readonly committedAt: string;
}

export type WriteResult =
  | {
      readonly kind: 'applied';
      readonly rows: number;
      readonly events: number;
      /** Accounts that were parked with it. */
      readonly parked: readonly NewParkedAccount[];
      readonly state: VersionState;
    }
  /** Nothing in it was new. */
  | { readonly kind: 'nothing' }
  /** The tables are not where the caller thought: somebody else is ahead. Read the checkpoint again. */
  | { readonly kind: 'moved' };

/** One version of the read tables, for the one that writes them. */
export interface TableWriter {
  /** null: there is no such version. */
  checkpoint(): Promise<Checkpoint | null>;
  /**
   * Carries a batch into the tables, all or none, and moves the checkpoint from `after` to its end.
   * The next one may be handed in before: batches that wait for their turn may be written together,
   * and then fail together. Rejects with PoisonEvent where an event can't be applied; then nothing
   * of its batch is written.
   */
  write(after: Position | null, batch: EventBatch): Promise<WriteResult>;
  /**
   * The same of one batch and nothing beside it, where `write` has failed over an event: an account
   * of which an event can't be applied is parked, and everything else is carried on. Rejects with
   * PoisonEvent only where that is no trouble of single accounts or the event may not park its account,
   * and with TooManyParked.
   */
  writeWithParking(
    after: Position | null,
    batch: EventBatch,
    mayPark?: (position: Position) => boolean,
  ): Promise<WriteResult>;
  /** Resolves when more may be handed in: a heap of events that wait would cost more than it brings. */
  waitForCapacity(): Promise<void>;
}
