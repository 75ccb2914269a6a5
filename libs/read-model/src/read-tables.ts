import type { EventBatch, Position } from '#event-store';
import type { SourceType } from '#ledger';

import type { TransactionType } from './fold/event-rows.js';
import type { NewParkedAccount, ParkedAccount } from './fold/parking.js';
import type { AccountRow, BatchRow, ConsumptionRow, TransactionRow } from './fold/loaded-rows.js';

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

/** A row of the statement as its readers see it. */
export type PublishedTransaction = Omit<TransactionRow, 'revision' | 'line' | 'consumption_of'>;

export interface TransactionFilter {
  readonly type?: TransactionType;
  readonly sourceType?: SourceType;
  /** Inclusive. */
  readonly from?: string;
  /** Exclusive. */
  readonly to?: string;
}

/**
 * Names a row, to go on behind it. Its id is the quick way to it, as long as the row still has it: a
 * rebuild, or an account that is folded anew, gives rows other ids. Revision and line stay.
 */
export interface RowCursor {
  readonly id: number;
  /** Left out: of a place that was handed out when ids were all there was. */
  readonly revision?: number;
  readonly line?: number;
}

/** By its id, as long as it has it; or by what names it for ever. */
export type RowName =
  { readonly id: number } | { readonly revision: number; readonly line: number };

/** A row, and what names it for ever. */
export type StatementRow = PublishedTransaction & Pick<TransactionRow, 'revision' | 'line'>;

export interface PageRequest extends TransactionFilter {
  /** Only rows older than this one: the last of the page before. */
  readonly before?: RowCursor;
  readonly limit: number;
}

/** What one item of usage is summed up over. */
export type UsageGrouping = 'day' | 'source_type' | 'day,source_type';

export interface UsageRequest {
  readonly groupBy: UsageGrouping;
  readonly from?: string;
  readonly to?: string;
  /** IANA name of the zone whose days are meant. */
  readonly timeZone: string;
}

/** Zones are named by a list that has several editions: this database's may be an older one. */
export class UnknownTimeZone extends Error {
  override readonly name = 'UnknownTimeZone';
  constructor(timeZone: string, options?: ErrorOptions) {
    super(`the database knows no time zone ${timeZone}`, options);
  }
}

export interface UsageItem {
  /** YYYY-MM-DD; null: over all days. */
  readonly day: string | null;
  /** null: over all businesses. */
  readonly source_type: SourceType | null;
  readonly consumed: number;
  readonly refunded: number;
  /** Consumptions that began. */
  readonly count: number;
  readonly duration: number;
}

export interface TransactionDetails {
  readonly row: TransactionRow;
  /** null: the row belongs to no consumption. */
  readonly consumption: ConsumptionRow | null;
  /** All rows of the consumption, or just the one, oldest first. */
  readonly rows: readonly TransactionRow[];
}

export interface DueAccount {
  readonly userId: string;
  /** The earliest time at which something of it fell due. */
  readonly dueAt: string;
}

export interface ProjectionStatus {
  readonly position: Position | null;
  /** null: the account goes on like everybody's. */
  readonly parked: ParkedAccount | null;
}

/** What people, pages and the sweeper read. Lists have a limit and an order without ties. */
export interface ReadTables {
  /** How far the tables that are read have come; null: nothing yet. */
  position(): Promise<Position | null>;
  /** The same, and whether an account is left out of it, in one question. */
  projectionStatus(userId: string): Promise<ProjectionStatus>;
  /** Newest first. */
  transactions(userId: string, request: PageRequest): Promise<readonly StatementRow[]>;
  /** Newer than that row, oldest first. */
  transactionsAfter(
    userId: string,
    place: RowCursor,
    limit: number,
  ): Promise<readonly StatementRow[]>;
  account(userId: string): Promise<AccountRow | null>;
  /** Those with points left, in the order in which they will be drawn. */
  batches(userId: string, limit: number): Promise<readonly BatchRow[]>;
  /** Rejects with UnknownTimeZone. */
  usage(userId: string, request: UsageRequest): Promise<readonly UsageItem[]>;
  transactionDetails(userId: string, name: RowName): Promise<TransactionDetails | null>;
  /**
   * Where something fell due at or before that time, longest ago first; but for parked accounts,
   * of which the same would be due for ever.
   */
  dueAccounts(at: string, limit: number): Promise<readonly DueAccount[]>;
  /** When the pre-deduction that is open longest was made, but for parked accounts; null: none is open. */
  oldestOpenConsumption(): Promise<string | null>;
}
