export type {
  BatchChange,
  ConsumptionChange,
  DurationChange,
  EventRows,
  NewTransactionRow,
  TransactionType,
} from './projection/event-rows.js';
export { allTransactions } from './all-transactions.js';
export {
  MemoryReadTables,
  type MemoryReadTablesOptions,
  type TableFault,
} from './testing/memory-read-tables.js';
export {
  UNCOUNTED_REASONS,
  PARKED_PER_HOUR_MAX,
  TooManyParked,
  type NewParkedAccount,
  type ParkedAccount,
} from './projection/parking.js';
export { PoisonEvent, type PoisonReason } from './projection/poison-event.js';
export { UnknownTimeZone } from './read-tables.js';
export type {
  WriteResult,
  Checkpoint,
  DueAccount,
  PageRequest,
  StatementRow,
  ReadTables,
  RowCursor,
  ProjectionStatus,
  TableWriter,
  PublishedTransaction,
  TransactionFilter,
  TransactionDetails,
  UsageGrouping,
  UsageItem,
  UsageRequest,
  VersionState,
} from './read-tables.js';
export { readCheckpoint, readCheckpoints } from './postgres/checkpoints.js';
export { compareVersions, type Comparison, type TableDifference } from './postgres/compare.js';
export { TABLE_READER, TABLE_WRITER } from './postgres/grants.js';
export { DatabaseIsNewer, migrate } from './postgres/migrate.js';
export { MIGRATIONS as TABLE_MIGRATIONS } from './postgres/migrations.js';
export { PostgresReadTables } from './postgres/postgres-read-tables.js';
export type { TableWriterOptions } from './postgres/batch-maker.js';
export { PostgresTableWriter } from './postgres/postgres-table-writer.js';
export { readParked, readParkedIn } from './postgres/queries/parked.js';
export { WriteRefused, isRefusal } from './postgres/refusal.js';
export { unpark, type Unparked } from './postgres/unpark.js';
export { readTablesState, type TablesState } from './postgres/schema-state.js';
export { SessionLock } from './postgres/session-lock.js';
export { inTransaction } from './postgres/transaction.js';
export {
  createVersion,
  dropVersion,
  holdLive,
  indexVersion,
  makeLive,
} from './postgres/versions.js';
export type { FollowsDirectly } from './projection/decode-batch.js';
export { rowsOf, transactionsOf } from './projection/rows-of-event.js';
export type {
  AccountRow,
  BatchRow,
  ConsumptionRow,
  TransactionRow,
} from './projection/loaded-rows.js';
export { waitForPosition } from './wait-for-position.js';
