export type { NewTransactionRow } from './fold/event-rows.js';
export { allTransactions } from './all-transactions.js';
export { TooManyParked, type NewParkedAccount, type ParkedAccount } from './fold/parking.js';
export { PoisonEvent } from './fold/poison-event.js';
export { UnknownTimeZone } from './read-tables.js';
export type {
  DueAccount,
  ReadTables,
  RowName,
  RowCursor,
  ProjectionStatus,
  TransactionFilter,
  TransactionDetails,
  UsageItem,
} from './read-tables.js';
export type { WriteResult, Checkpoint, TableWriter, VersionState } from './table-writer.js';
export { CheckpointConflict, readCheckpoint, readCheckpoints } from './postgres/checkpoints.js';
export {
  compareVersions,
  type Comparison,
  type TableDifference,
} from './versions/compare-versions.js';
export { TABLE_READER, TABLE_WRITER } from './schema/grants.js';
export { migrate } from './schema/migrate.js';
export { MIGRATIONS as TABLE_MIGRATIONS } from './schema/migrations.js';
export {
  IDS_OF_A_NUMBERING,
  lastIdsDiffer,
  mayNumberApart,
  numbersApart,
  renumber,
} from './versions/numbering.js';
export { PostgresReadTables } from './queries/postgres-read-tables.js';
export { PostgresTableWriter } from './writer/postgres-table-writer.js';
export { readParkedAccounts, readParkedIn } from './queries/parked-accounts.js';
export { UnattributedDataError, isDataError } from './writer/data-error.js';
export { unpark } from './versions/unpark.js';
export { readTablesState } from './schema/schema-state.js';
export { columnNames, type Table } from './schema/table.js';
export { ACCOUNTS, BATCHES, CONSUMPTIONS, RECHARGES, TRANSACTIONS } from './schema/tables.js';
export { AdvisoryLock } from './postgres/advisory-lock.js';
export { inTransaction } from './postgres/transaction.js';
export {
  createVersion,
  dropVersion,
  lockLiveVersion,
  createIndexes,
  makeLive,
} from './versions/versions.js';
export type { FollowsDirectly } from './fold/decode-batch.js';
export { rowsOf, statementRowsOf } from './fold/rows-of-event.js';
export type {
  BatchRow,
  ConsumptionRow,
  PublishedTransaction,
  StatementRow,
  TransactionRow,
} from './schema/tables.js';
export { waitForPosition } from './wait-for-position.js';
