import type { TransactionType } from '#contracts';
import type { Position } from '#event-store';
import type { SourceType } from '#ledger';

import type { ParkedAccount } from './fold/parking.js';
import type {
  AccountRow,
  BatchRow,
  ConsumptionRow,
  StatementRow,
  TransactionRow,
} from './schema/tables.js';

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
