import { TRANSACTION_COLUMNS } from '#contracts';

import { columnList, columnNames, createTableSql, versionOf } from './table.js';
import { ACCOUNTS, BATCHES, CONSUMPTIONS, TRANSACTIONS, VERSION_TABLES } from './tables.js';

/**
 * Creates the tables of one version. A change of their shape, or of what rows mean, takes effect with
 * the next rebuild, which makes its version as the tables are defined by then. A database begins with
 * version 1, which the migrations create: they have to bring the change to it, too.
 */
export const tablesSql = (version: number): string =>
  [
    createTableSql(TRANSACTIONS, version),
    createTableSql(ACCOUNTS, version),
    createTableSql(BATCHES, version),
    createTableSql(CONSUMPTIONS, version),
  ].join('\n');

/** Created at the end of a rebuild. Each query can be run again. */
export function indexesSql(version: number): readonly string[] {
  const [transactions, batches, consumptions] = [TRANSACTIONS, BATCHES, CONSUMPTIONS].map((table) =>
    versionOf(table, version),
  );
  return [
    `create index if not exists ${transactions}_page on ${transactions} (user_id, id desc)`,
    // The rows of the event that began a consumption are found by their ids.
    `create index if not exists ${transactions}_later
       on ${transactions} (user_id, consumption_of, id) where consumption_of <> revision`,
    `create index if not exists ${batches}_due
       on ${batches} (due_at, user_id) where due_at is not null`,
    `create index if not exists ${consumptions}_due
       on ${consumptions} (due_at, user_id) where due_at is not null`,
  ];
}

/**
 * The names that readers use. mjk_point_transactions shows what every reader may rely on,
 * mjk_point_transaction_lines also what each row was made of.
 */
export function viewsSql(version: number): string {
  const transactions = versionOf(TRANSACTIONS, version);
  const views = [
    viewSql('mjk_point_transactions', TRANSACTION_COLUMNS, transactions),
    viewSql('mjk_point_transaction_lines', columnNames(TRANSACTIONS), transactions),
  ];
  for (const table of [ACCOUNTS, BATCHES, CONSUMPTIONS]) {
    const columns = [...Object.keys(table.columns), ...Object.keys(table.generated)];
    views.push(viewSql(table.name, columns, versionOf(table, version)));
  }
  return views.join('\n');
}

const viewSql = (name: string, columns: readonly string[], table: string): string =>
  `create or replace view ${name} as select ${columnList(columns)} from ${table};`;

export const dropTablesSql = (version: number): string =>
  VERSION_TABLES.map((table) => `drop table if exists ${versionOf(table, version)};`).join('\n');
