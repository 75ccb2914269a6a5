import type { TransactionType } from '#contracts';
import type { Position } from '#event-store';

import type { ParkedAccount } from './fold/parking.js';
import type {
  AccountRow,
  BatchRow,
  ConsumptionRow,
  RechargeRow,
  StatementRow,
  TransactionRow,
} from './schema/tables.js';

export interface TransactionFilter {
  readonly type?: TransactionType;
  /** The code of a business. */
  readonly sourceType?: string;
  /** A task or an order. */
  readonly sourceId?: string;
  /** Inclusive. */
  readonly from?: string;
  /** Exclusive. */
  readonly to?: string;
}

/**
 * Where a page continues. The id finds the row quickly as long as the row has it. Revision and line find it
 * after a rebuild or a refold has given it another id.
 */
export interface RowCursor {
  readonly id: number;
  /** Missing in cursors of earlier releases, which have an id only. */
  readonly revision?: number;
  readonly line?: number;
}

/** Identifies a row by its current id, or by the revision and line that never change. */
export type RowName =
  { readonly id: number } | { readonly revision: number; readonly line: number };

export interface PageRequest extends TransactionFilter {
  /** The last row of the page before: only older rows follow. */
  readonly before?: RowCursor;
  readonly limit: number;
}

/** What the items of a usage report are grouped by. */
export type UsageGrouping = 'day' | 'source_type' | 'day,source_type';

export interface UsageRequest {
  readonly groupBy: UsageGrouping;
  readonly from?: string;
  readonly to?: string;
  /** The IANA name of the time zone that days belong to. */
  readonly timeZone: string;
}

/** The time zone is unknown to this database, whose list may be older than that of Node. */
export class UnknownTimeZone extends Error {
  override readonly name = 'UnknownTimeZone';
  constructor(timeZone: string, options?: ErrorOptions) {
    super(`the database knows no time zone ${timeZone}`, options);
  }
}

export interface UsageItem {
  /** YYYY-MM-DD. null: the item is of all days. */
  readonly day: string | null;
  /** null: the item is of all source types. */
  readonly source_type: string | null;
  readonly consumed: number;
  readonly refunded: number;
  /** The number of consumptions that began. */
  readonly count: number;
  readonly duration: number;
}

export interface TransactionDetails {
  readonly row: TransactionRow;
  /** null: the row belongs to no consumption. */
  readonly consumption: ConsumptionRow | null;
  /**
   * Of a recharge, its reversal, or its reinstatement. null: the row belongs to none, or it can't be told to
   * which: what is collected or reinstated names its order alone, and several of that order were reversed.
   */
  readonly recharge: RechargeRow | null;
  /** All rows of the consumption or of a recharge that was reversed, oldest first, or the row itself. */
  readonly rows: readonly TransactionRow[];
}

export interface DueAccount {
  readonly userId: string;
  /** The earliest time at which something fell due. */
  readonly dueAt: string;
}

export interface ProjectionStatus {
  readonly position: Position | null;
  /** null: the account is not parked. */
  readonly parked: ParkedAccount | null;
}

export interface UnnamedPreDeductions {
  /** When the last one began. null: none is known. */
  readonly lastAt: string | null;
  /** Until then an earlier release of the projector wrote the tables and noted none. null: it never did. */
  readonly unnotedUntil: string | null;
}

/** Identifies a recharge by its event, or by the id that it was given. */
export type RechargeName = { readonly revision: number } | { readonly rechargeId: string };

/** What the API and the sweeper read. Lists have a limit and a total order. */
export interface ReadTables {
  /** The position of the live version. null: it is empty. */
  position(): Promise<Position | null>;
  /** The position, and whether the account is parked, by one query. */
  projectionStatus(userId: string): Promise<ProjectionStatus>;
  /** Newest first. */
  transactions(userId: string, request: PageRequest): Promise<readonly StatementRow[]>;
  /** The rows after that one, oldest first. */
  transactionsAfter(
    userId: string,
    place: RowCursor,
    limit: number,
  ): Promise<readonly StatementRow[]>;
  account(userId: string): Promise<AccountRow | null>;
  /** The batches with points left, in the order in which they will be drawn. */
  batches(userId: string, limit: number): Promise<readonly BatchRow[]>;
  /** Rejects with UnknownTimeZone. */
  usage(userId: string, request: UsageRequest): Promise<readonly UsageItem[]>;
  transactionDetails(userId: string, name: RowName): Promise<TransactionDetails | null>;
  /** Of several recharges with one id the newest. null also for those that no row was kept of. */
  recharge(userId: string, name: RechargeName): Promise<RechargeRow | null>;
  /**
   * The consumptions of all accounts that began last and have a quantity or a duration, newest first; those
   * that many others followed are left out, and those whose points came back whole.
   */
  measuredConsumptions(limit: number): Promise<readonly ConsumptionRow[]>;
  /**
   * The accounts where something fell due up to that time, the longest due first. Parked accounts are left
   * out, because they would stay due for ever.
   */
  dueAccounts(at: string, limit: number): Promise<readonly DueAccount[]>;
  /** When the oldest open pre-deduction of an account that is not parked began. null: none is open. */
  oldestOpenConsumption(): Promise<string | null>;
  /** The pre-deductions that rules 1 began and whose commands did not name them. */
  unnamedPreDeductions(): Promise<UnnamedPreDeductions>;
}
