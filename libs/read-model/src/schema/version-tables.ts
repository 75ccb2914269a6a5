import { TRANSACTION_COLUMNS } from '#contracts';

import {
  columnList,
  columnNames,
  createTableSql,
  declaredNames,
  readColumn,
  versionOf,
  type Table,
} from './table.js';
import {
  ACCOUNTS,
  BATCHES,
  CONSUMPTIONS,
  RECHARGES,
  TRANSACTIONS,
  VERSION_TABLES,
} from './tables.js';

/**
 * Creates the tables of one version. A change of their shape, or of what rows mean, takes effect with
 * the next rebuild, which makes its version as the tables are defined by then. A database begins with
 * version 1, which the migrations create: they have to bring the change to it, too.
 */
export const tablesSql = (version: number): string =>
  [
    createTableSql(TRANSACTIONS, version),
    legacyIndexSql(version),
    createTableSql(ACCOUNTS, version),
    createTableSql(BATCHES, version),
    createTableSql(CONSUMPTIONS, version),
    createTableSql(RECHARGES, version),
  ].join('\n');

/** Finds a legacy row that is said again: rows are written by it, so that it can't wait for the others. */
function legacyIndexSql(version: number): string {
  const transactions = versionOf(TRANSACTIONS, version);
  return `create unique index ${transactions}_legacy
    on ${transactions} (user_id, legacy_id) where legacy_id is not null;`;
}

/** Created at the end of a rebuild. Each query can be run again. */
export function indexesSql(version: number): readonly string[] {
  const [transactions, batches, consumptions, recharges] = [
    TRANSACTIONS,
    BATCHES,
    CONSUMPTIONS,
    RECHARGES,
  ].map((table) => versionOf(table, version));
  return [
    `create index if not exists ${transactions}_page on ${transactions} (user_id, id desc)`,
    // The rows of the event that began a consumption are found by their ids.
    `create index if not exists ${transactions}_later
       on ${transactions} (user_id, consumption_of, id) where consumption_of <> revision`,
    `create index if not exists ${batches}_due
       on ${batches} (due_at, user_id) where due_at is not null`,
    `create index if not exists ${consumptions}_due
       on ${consumptions} (due_at, user_id) where due_at is not null`,
    `create index if not exists ${transactions}_source
       on ${transactions} (user_id, source_id, id desc) where source_id is not null`,
    `create index if not exists ${recharges}_id
       on ${recharges} (user_id, recharge_id, revision desc)`,
  ];
}

/**
 * The names that readers use. mjk_point_transactions shows what every reader may rely on,
 * mjk_point_transaction_lines also what each row was made of.
 */
export function viewsSql(version: number): string {
  const transactions = versionOf(TRANSACTIONS, version);
  return [
    viewSql('mjk_point_transactions', TRANSACTION_COLUMNS, transactions),
    viewSql('mjk_point_transaction_lines', columnNames(TRANSACTIONS), transactions),
    tableViewSql(ACCOUNTS, version),
    tableViewSql(BATCHES, version),
    tableViewSql(CONSUMPTIONS, version),
    tableViewSql(RECHARGES, version),
  ].join('\n');
}

const tableViewSql = <Row>(table: Table<Row>, version: number): string =>
  viewSql(
    table.name,
    declaredNames(table).map((name) => {
      const read = readColumn(table, name);
      return read === name ? name : `${read} as ${name}`;
    }),
    versionOf(table, version),
  );

const viewSql = (name: string, columns: readonly string[], table: string): string =>
  `create or replace view ${name} as select ${columnList(columns)} from ${table};`;

export const dropTablesSql = (version: number): string =>
  VERSION_TABLES.map((table) => `drop table if exists ${versionOf(table, version)};`).join('\n');
