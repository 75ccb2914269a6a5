import { arrayOf, copyColumn, int8Array, uuidArray, type CopyColumn } from '#bytes/postgres';

import type { NewTransactionRow } from '../fold/event-rows.js';
import { BIGINT } from '../schema/column-types.js';
import {
  columnList,
  columnNames,
  copyColumns,
  versionOf,
  type NullableValueOf,
  type Table,
} from '../schema/table.js';
import { ACCOUNTS, BATCHES, CONSUMPTIONS, RECHARGES, TRANSACTIONS } from '../schema/tables.js';
import type { AccountRow, TransactionRow } from '../schema/tables.js';
import { copyRowsInto } from './copy/copy-rows.js';
import type { WriteQuery } from './copy/write-query.js';

const IS_LEGACY = 't.legacy_id is not null';

/** Inserts or updates any number of rows of one table by one query. */
export type WriteRows<Row> = (version: number, rows: readonly Row[]) => WriteQuery;

function insertInto<Row>(table: Table<Row>): WriteRows<Row> {
  const columns = copyColumns(table, columnNames(table));
  return (version, rows) => copyRowsInto(versionOf(table, version), columns, rows);
}

interface Update<K> {
  /** What finds a row. */
  readonly by: readonly K[];
  readonly set: readonly K[];
  /** What the row `t` must be like besides, where `d` is what it becomes. */
  readonly only?: string;
}

function updateOf<Row, K extends keyof Row & string>(
  table: Table<Row>,
  { by, set, only }: Update<K>,
): WriteRows<Pick<Row, K>> {
  const names = [...by, ...set];
  const { columns } = table;
  const arrays = names.map((name, index) => `$${index + 1}::${columns[name].type.name}[]`);
  const assignments = set.map((name) => `${name} = d.${name}`);
  const conditions = [...by.map((name) => `t.${name} = d.${name}`), ...(only ? [only] : [])];
  const encoders = names.map((name) => {
    const { type, valueOf } = columns[name];
    const encode = arrayOf(type.binary);
    const value = valueOf as NullableValueOf<Row, K>;
    return (rows: readonly Pick<Row, K>[]): Buffer => encode(rows, value);
  });
  return (version, rows) => ({
    rows: rows.length,
    text: `update ${versionOf(table, version)} t set ${assignments.join(', ')}
      from unnest(${arrays.join(', ')}) as d (${columnList(names)})
      where ${conditions.join(' and ')}`,
    values: encoders.map((encode) => encode(rows)),
  });
}

type NewColumn = Exclude<keyof TransactionRow, 'id'>;

const newTransactionColumns: CopyColumn<NewTransactionRow>[] = copyColumns(
  TRANSACTIONS,
  columnNames(TRANSACTIONS).filter((name): name is NewColumn => name !== 'id'),
);

export function insertTransactions(
  version: number,
  ids: readonly number[],
  rows: readonly NewTransactionRow[],
): WriteQuery {
  const id = copyColumn<NewTransactionRow, number>(
    'id',
    BIGINT.binary,
    (_row, index) => ids[index] ?? null,
  );
  return copyRowsInto(versionOf(TRANSACTIONS, version), [id, ...newTransactionColumns], rows);
}

/** The duration of a consumption that was settled, on the first row of an earlier event. */
export const updateDurations = updateOf<
  TransactionRow,
  'id' | 'revision' | 'duration' | 'updated_at'
>(TRANSACTIONS, {
  by: ['id', 'revision'],
  set: ['duration', 'updated_at'],
  only: 't.line = 0',
});

/** Legacy rows as they were said again. */
export const updateLegacyRows = updateOf<TransactionRow, LegacyColumn>(TRANSACTIONS, {
  by: ['id', 'user_id'],
  set: [
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
  ],
  only: IS_LEGACY,
});

type LegacyColumn = Exclude<
  keyof TransactionRow,
  'revision' | 'line' | 'consumption_of' | 'legacy_id'
>;

export const updateLegacyOwners = updateOf<TransactionRow, 'id' | 'user_id' | 'consumption_of'>(
  TRANSACTIONS,
  { by: ['id', 'user_id'], set: ['consumption_of'], only: IS_LEGACY },
);

export const updateLegacyDurations = updateOf<
  TransactionRow,
  'id' | 'user_id' | 'duration' | 'updated_at'
>(TRANSACTIONS, { by: ['id', 'user_id'], set: ['duration', 'updated_at'], only: IS_LEGACY });

/** Legacy rows that are no longer there. */
export const deleteLegacyRows: WriteRows<Pick<TransactionRow, 'id' | 'user_id'>> = (
  version,
  rows,
) => ({
  rows: rows.length,
  text: `delete from ${versionOf(TRANSACTIONS, version)} t
    using unnest($1::bigint[], $2::uuid[]) as d (id, user_id)
    where t.id = d.id and t.user_id = d.user_id and ${IS_LEGACY}`,
  values: [int8Array(rows, ({ id }) => id), uuidArray(rows, ({ user_id }) => user_id)],
});

/** Until an account is opened, its balance is that of the last of its legacy rows. */
export const updateLegacyBalances: WriteRows<Pick<AccountRow, 'user_id'>> = (version, rows) => ({
  rows: rows.length,
  text: `update ${versionOf(ACCOUNTS, version)} a set balance = coalesce(
      (select balance_after from ${versionOf(TRANSACTIONS, version)} t
       where t.user_id = d.user_id and ${IS_LEGACY}
       order by t.legacy_id desc limit 1), 0)
    from unnest($1::uuid[]) as d (user_id)
    where a.user_id = d.user_id`,
  values: [uuidArray(rows, ({ user_id }) => user_id)],
});

export const insertAccounts = insertInto(ACCOUNTS);
export const updateAccounts = updateOf(ACCOUNTS, {
  by: ['user_id'],
  set: ['balance', 'held', 'revision', 'updated_at', 'owed', 'take_over', 'legacy_through'],
  only: 't.revision < d.revision',
});

export const insertBatches = insertInto(BATCHES);
export const updateBatches = updateOf(BATCHES, {
  by: ['user_id', 'batch_id'],
  set: ['points', 'remaining'],
});

export const insertConsumptions = insertInto(CONSUMPTIONS);
export const updateConsumptions = updateOf(CONSUMPTIONS, {
  by: ['user_id', 'revision'],
  set: [
    'status',
    'estimate',
    'actual',
    'drawn',
    'refunded',
    'duration',
    'settle_by',
    'closed_at',
    'duration_row',
    'charged',
    'owed',
    'uncollected',
    'quantity',
  ],
});

export const insertRecharges = insertInto(RECHARGES);
export const updateRecharges = updateOf(RECHARGES, {
  by: ['user_id', 'revision'],
  set: ['reversed', 'reinstated'],
});
