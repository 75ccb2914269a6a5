import {
  CONSUMPTION_STATUSES,
  TRANSACTION_COLUMNS,
  TRANSACTION_TYPES,
  type ConsumptionStatus,
  type TransactionType,
} from '#contracts';
import type { FrozenPrice } from '#ledger';

import {
  BIGINT,
  BIGINT_TEXT,
  BOOLEAN,
  DOUBLE,
  INTEGER,
  SMALLINT,
  TEXT,
  TIMESTAMP,
  UUID,
  jsonObject,
  varchar,
} from './column-types.js';
import { column, nullableColumn, type Table } from './table.js';

// The read tables: what a row is, and the columns it stands in. Rows have the names of their columns.

const oneOf = (name: string, words: readonly string[]): string =>
  `not null check (${name} in ('${words.join("', '")}'))`;

/** A row of the statement, and what it was made of. */
export interface TransactionRow {
  readonly id: number;
  readonly user_id: string;
  readonly type: TransactionType;
  readonly amount: number;
  readonly balance_before: number;
  readonly balance_after: number;
  /** The code of a business. */
  readonly source_type: string | null;
  readonly source_id: string | null;
  readonly batch_id: number | null;
  readonly duration: number | null;
  readonly description: string | null;
  readonly created_at: string;
  readonly updated_at: string;
  /** The event that the row was made of … */
  readonly revision: number;
  /** … and which of its rows this is, from 0. */
  readonly line: number;
  /** The revision of the event that began the consumption. null: the row belongs to none. */
  readonly consumption_of: number | null;
  /** The id that the row had in the service from which its account was taken over. */
  readonly legacy_id: string | null;
}

export const TRANSACTIONS: Table<TransactionRow> = {
  name: 'mjk_point_transactions',
  columns: {
    id: column(BIGINT, (row) => row.id, 'primary key'),
    user_id: column(UUID, (row) => row.user_id),
    type: column(varchar<TransactionType>(20), (row) => row.type, oneOf('type', TRANSACTION_TYPES)),
    amount: column(INTEGER, (row) => row.amount, 'not null check (amount > 0)'),
    balance_before: column(
      INTEGER,
      (row) => row.balance_before,
      'not null check (balance_before >= 0)',
    ),
    balance_after: column(
      INTEGER,
      (row) => row.balance_after,
      'not null check (balance_after >= 0)',
    ),
    source_type: nullableColumn(varchar(32), (row) => row.source_type),
    source_id: nullableColumn(varchar(64), (row) => row.source_id),
    batch_id: nullableColumn(BIGINT, (row) => row.batch_id),
    duration: nullableColumn(DOUBLE, (row) => row.duration),
    description: nullableColumn(TEXT, (row) => row.description),
    created_at: column(TIMESTAMP, (row) => row.created_at),
    updated_at: column(TIMESTAMP, (row) => row.updated_at),
    revision: column(BIGINT, (row) => row.revision),
    line: column(INTEGER, (row) => row.line),
    consumption_of: nullableColumn(BIGINT, (row) => row.consumption_of),
    legacy_id: nullableColumn(BIGINT_TEXT, (row) => row.legacy_id),
  },
  generated: {},
  added: ['legacy_id'],
};

/** What every reader may rely on, as it leaves the ledger. */
export type PublishedTransaction = Pick<TransactionRow, (typeof TRANSACTION_COLUMNS)[number]>;

/** The same, and what names the row for ever. */
export const STATEMENT_COLUMNS = [...TRANSACTION_COLUMNS, 'revision', 'line'] as const;

export type StatementRow = Pick<TransactionRow, (typeof STATEMENT_COLUMNS)[number]>;

export interface AccountRow {
  readonly user_id: string;
  balance: number;
  /** Points in open pre-deductions. */
  held: number;
  /** Of the last event that is in the tables. */
  revision: number;
  updated_at: string;
  /** Debts that are not paid yet. */
  owed: number;
  /** How far the account is taken over from another service. null: it began here. */
  take_over: TakeOverPhase | null;
  /** The greatest id of its legacy rows. null: none was said. */
  legacy_through: string | null;
}

/** It is kept here only while it is opened. */
export type TakeOverPhase = 'imported' | 'opened' | 'handed_back';

export const ACCOUNTS: Table<AccountRow> = {
  name: 'mjk_point_accounts',
  columns: {
    user_id: column(UUID, (row) => row.user_id, 'primary key'),
    balance: column(INTEGER, (row) => row.balance, 'not null check (balance >= 0)'),
    held: column(INTEGER, (row) => row.held, 'not null check (held >= 0)'),
    revision: column(BIGINT, (row) => row.revision),
    updated_at: column(TIMESTAMP, (row) => row.updated_at),
    owed: column(INTEGER, (row) => row.owed, 'not null default 0 check (owed >= 0)'),
    take_over: nullableColumn(varchar<TakeOverPhase>(12), (row) => row.take_over),
    legacy_through: nullableColumn(BIGINT_TEXT, (row) => row.legacy_through),
  },
  generated: {},
  added: ['owed', 'take_over', 'legacy_through'],
  fillfactor: 50,
};

export interface BatchRow {
  readonly user_id: string;
  readonly batch_id: number;
  /** All that came into the batch from outside of it. */
  points: number;
  remaining: number;
  readonly priority: number;
  readonly expires_at: string | null;
  readonly grace: boolean;
  /** The event that brought the batch in, and which of its slices: the order in which batches came. */
  readonly revision: number;
  readonly line: number;
  readonly created_at: string;
}

export const BATCHES: Table<BatchRow> = {
  name: 'mjk_point_batches',
  columns: {
    user_id: column(UUID, (row) => row.user_id),
    batch_id: column(BIGINT, (row) => row.batch_id),
    points: column(BIGINT, (row) => row.points),
    remaining: column(INTEGER, (row) => row.remaining, 'not null check (remaining >= 0)'),
    priority: column(SMALLINT, (row) => row.priority),
    expires_at: nullableColumn(TIMESTAMP, (row) => row.expires_at),
    grace: column(BOOLEAN, (row) => row.grace),
    revision: column(BIGINT, (row) => row.revision),
    line: column(INTEGER, (row) => row.line),
    created_at: column(TIMESTAMP, (row) => row.created_at),
  },
  generated: {
    due_at: 'timestamptz generated always as (case when remaining > 0 then expires_at end) stored',
  },
  primaryKey: ['user_id', 'batch_id'],
  fillfactor: 50,
};

export interface ConsumptionRow {
  readonly user_id: string;
  /** Of the event that began the consumption. */
  readonly revision: number;
  readonly consumption_id: string;
  readonly source_type: string;
  readonly source_id: string | null;
  status: ConsumptionStatus;
  /** null: it was never a pre-deduction. */
  estimate: number | null;
  /** The real cost. null: not known. */
  actual: number | null;
  drawn: number;
  refunded: number;
  duration: number | null;
  settle_by: string | null;
  readonly opened_at: string;
  closed_at: string | null;
  /** The rows of the event that began it: the id of the first, and how many there are. */
  readonly first_row: number;
  readonly row_count: number;
  /** The id of the row that gets the duration with the settlement. */
  duration_row: number;
  /** What was paid of the cost, also later. null: the cost is not known. */
  charged: number | null;
  /** The debt that is open. */
  owed: number;
  /** What of the cost nobody will ever pay. */
  uncollected: number;
  /** What the price counts; until it is settled, that of the estimate. null: not told. */
  quantity: number | null;
  /** The price that was frozen when it began. */
  readonly price: FrozenPrice | null;
}

export const CONSUMPTIONS: Table<ConsumptionRow> = {
  name: 'mjk_point_consumptions',
  columns: {
    user_id: column(UUID, (row) => row.user_id),
    revision: column(BIGINT, (row) => row.revision),
    consumption_id: column(varchar(128), (row) => row.consumption_id),
    source_type: column(varchar(32), (row) => row.source_type),
    source_id: nullableColumn(varchar(64), (row) => row.source_id),
    status: column(
      varchar<ConsumptionStatus>(20),
      (row) => row.status,
      oneOf('status', CONSUMPTION_STATUSES),
    ),
    estimate: nullableColumn(INTEGER, (row) => row.estimate),
    actual: nullableColumn(INTEGER, (row) => row.actual),
    drawn: column(BIGINT, (row) => row.drawn),
    refunded: column(BIGINT, (row) => row.refunded, 'not null check (refunded <= drawn)'),
    duration: nullableColumn(DOUBLE, (row) => row.duration),
    settle_by: nullableColumn(TIMESTAMP, (row) => row.settle_by),
    opened_at: column(TIMESTAMP, (row) => row.opened_at),
    closed_at: nullableColumn(TIMESTAMP, (row) => row.closed_at),
    first_row: column(BIGINT, (row) => row.first_row),
    row_count: column(INTEGER, (row) => row.row_count),
    duration_row: column(BIGINT, (row) => row.duration_row),
    // A check would make the migration that adds these read the whole table.
    charged: nullableColumn(INTEGER, (row) => row.charged),
    owed: column(INTEGER, (row) => row.owed, 'not null default 0'),
    uncollected: column(INTEGER, (row) => row.uncollected, 'not null default 0'),
    quantity: nullableColumn(DOUBLE, (row) => row.quantity),
    price: nullableColumn(jsonObject<FrozenPrice>(), (row) => row.price),
  },
  generated: {
    due_at: "timestamptz generated always as (case when status = 'open' then settle_by end) stored",
  },
  added: ['charged', 'owed', 'uncollected', 'quantity', 'price'],
  // Builds that know rules 1 only leave it out, and under rules 1 everything was charged.
  readAs: { charged: 'coalesce(charged, actual)' },
  primaryKey: ['user_id', 'revision'],
  fillfactor: 90,
};

/** A recharge, and how much of it was undone. */
export interface RechargeRow {
  readonly user_id: string;
  /** Of the event that recharged. */
  readonly revision: number;
  readonly recharge_id: string;
  readonly batch_id: number;
  readonly points: number;
  /** All that was ever reversed, also what was owed or uncollected. */
  reversed: number;
  /** All that was ever reinstated, also what was forgiven or waived. */
  reinstated: number;
  /** The order. */
  readonly source_id: string | null;
}

/** A recharge that an earlier release wrote gets its row with its first reversal. */
export const RECHARGES: Table<RechargeRow> = {
  name: 'mjk_point_recharges',
  columns: {
    user_id: column(UUID, (row) => row.user_id),
    revision: column(BIGINT, (row) => row.revision),
    recharge_id: column(varchar(128), (row) => row.recharge_id),
    batch_id: column(BIGINT, (row) => row.batch_id),
    points: column(INTEGER, (row) => row.points),
    reversed: column(BIGINT, (row) => row.reversed),
    reinstated: column(BIGINT, (row) => row.reinstated, 'not null check (reinstated <= reversed)'),
    source_id: nullableColumn(varchar(64), (row) => row.source_id),
  },
  generated: {},
  primaryKey: ['user_id', 'revision'],
  fillfactor: 90,
};

/** All that a version of the read tables consists of. */
export const VERSION_TABLES = [TRANSACTIONS, ACCOUNTS, BATCHES, CONSUMPTIONS, RECHARGES] as const;
