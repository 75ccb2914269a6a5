import type { CommonFields, Draw } from './event-fields.js';

// What is taken over from a service that kept its points in tables of its own. Storage formats, like the
// other events: fields are added, never renamed or removed.

export type ImportEvent = AccountImported | LegacyRowsImported | AccountOpened | AccountHandedBack;

export type ImportEventType = ImportEvent['type'];

/** A number as it was read: what JSON can't say is said by the name that Postgres gives it. */
export type LegacyNumber = number | 'NaN' | 'Infinity' | '-Infinity';

/**
 * A row of the old table as it was read: its columns in the order in which `wire-formats.md` lists them,
 * without the user. Times are UTC with six digits, or what Postgres says where they are none.
 */
export type LegacyRow = readonly [
  id: string,
  type: string | null,
  amount: LegacyNumber | null,
  balanceBefore: LegacyNumber | null,
  balanceAfter: LegacyNumber | null,
  sourceType: string | null,
  sourceId: string | null,
  batchId: string | null,
  duration: LegacyNumber | null,
  description: string | null,
  createdAt: string | null,
  updatedAt: string | null,
];

/** The columns of a legacy row, by their place in it. */
export const LEGACY_COLUMNS = [
  'id',
  'type',
  'amount',
  'balance_before',
  'balance_after',
  'source_type',
  'source_id',
  'batch_id',
  'duration',
  'description',
  'created_at',
  'updated_at',
] as const;

export type LegacyColumn = (typeof LEGACY_COLUMNS)[number];

/** What the read table shows otherwise than it was read. */
export interface Alteration {
  readonly legacyId: string;
  /** `row`, now null: the row is not shown. */
  readonly field: Exclude<LegacyColumn, 'id'> | 'row';
  readonly now: string | number | null;
  readonly why: string;
}

/** Begins the stream of an account that is taken over. It can't be used until it is opened. */
export interface AccountImported extends CommonFields {
  readonly type: 'AccountImported';
  readonly importId: string;
  /** Names the old database. */
  readonly from: string;
  readonly by: string;
  readonly mapDigest: string;
}

export interface LegacyRowsImported extends CommonFields {
  readonly type: 'LegacyRowsImported';
  readonly importId: string;
  /** With rising ids. A row that is said again replaces the one before. */
  readonly rows: readonly LegacyRow[];
  /** The ids of rows that are no longer there. */
  readonly gone: readonly string[];
  /** Of those rows. */
  readonly altered: readonly Alteration[];
  /** The greatest id so far; null: no row was said yet. Rows with lower ids may come late. */
  readonly throughId: string | null;
}

export interface OpeningBatch {
  readonly batchId: number;
  /** null: rows that name no batch were put into it. */
  readonly legacyBatchId: string | null;
  readonly points: number;
  readonly remaining: number;
  /** What nobody can show as spent. It is never owed. */
  readonly expired: number;
  readonly priority: number;
  readonly expiresAt: string | null;
  readonly rechargeId: string | null;
  readonly sourceId: string | null;
  readonly createdAt: string;
}

interface OpeningConsumption {
  readonly consumptionId: string;
  readonly sourceType: string;
  readonly sourceId: string | null;
  readonly label: string;
  readonly draws: readonly Draw[];
  /** The ids of its legacy rows. The first one gets the duration of a settlement. */
  readonly rows: readonly string[];
}

/** A consumption that ended there and can be refunded here. Without draws its id stays taken. */
export interface ClosedAtOpening extends OpeningConsumption {
  readonly settledAt: string;
}

/** A job that began there and ends here. */
export interface OpenAtOpening extends OpeningConsumption {
  readonly at: string;
  readonly settleBy: string;
}

/** How the balance and the sum of the batches were brought together. */
export interface Adjustment {
  readonly balanceWas: number;
  readonly batchesWas: number;
  readonly believed: 'balance' | 'batches';
  /** The row that leads from the balance of the last row to that of the opening; null: it is the same. */
  readonly row: {
    readonly type: 'recharge' | 'expire';
    readonly amount: number;
    readonly before: number;
  } | null;
}

/**
 * From here on the account is kept here. What it begins with has the numbers -n to -1, over the batches,
 * the closed and the open consumptions, each with the oldest first, where other events name a revision.
 */
export interface AccountOpened extends CommonFields {
  readonly type: 'AccountOpened';
  readonly importId: string;
  readonly mapDigest: string;
  readonly balance: number;
  readonly batches: readonly OpeningBatch[];
  readonly closed: readonly ClosedAtOpening[];
  readonly open: readonly OpenAtOpening[];
  /** The number of closed consumptions that would have made the event too large. */
  readonly leftOut: number;
  readonly adjusted: Adjustment | null;
  /** The number of legacy rows that stand, and their digest. */
  readonly rows: number;
  readonly throughId: string | null;
  readonly rowsDigest: string;
  readonly frozenBy: 'trigger' | 'word';
  readonly by: string;
}

/** The old service keeps the account again. Nothing follows. */
export interface AccountHandedBack extends CommonFields {
  readonly type: 'AccountHandedBack';
  readonly importId: string;
  readonly balance: number;
  readonly held: number;
  readonly owed: number;
  readonly by: string;
}

/** The own fields of an event of a take-over: what its digest covers. */
export type ImportFields<E extends ImportEvent = ImportEvent> = E extends ImportEvent
  ? Omit<E, keyof CommonFields | 'type'>
  : never;

/** The same with the type. */
export type ImportBody<E extends ImportEvent = ImportEvent> = E extends ImportEvent
  ? Omit<E, keyof CommonFields>
  : never;

const TYPES: Readonly<Record<ImportEventType, true>> = {
  AccountImported: true,
  LegacyRowsImported: true,
  AccountOpened: true,
  AccountHandedBack: true,
};

export const isImportEvent = (event: { readonly type: string }): event is ImportEvent =>
  Object.hasOwn(TYPES, event.type);

/** What an opening begins with has negative numbers, in the order of the age of each kind. */
export const firstOpeningNumber = ({
  batches,
  closed,
  open,
}: Pick<AccountOpened, 'batches' | 'closed' | 'open'>): number =>
  -(batches.length + closed.length + open.length);
