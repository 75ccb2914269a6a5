export type {
  BatchChange,
  ConsumptionChange,
  DurationChange,
  EventRows,
  TransactionRow,
  TransactionType,
} from './event-rows.js';
export { everyTransaction } from './every-transaction.js';
export {
  MemoryReadTables,
  type MemoryReadTablesOptions,
  type TableFault,
} from './memory/memory-read-tables.js';
export {
  NOT_COUNTED,
  PARKED_PER_HOUR_MAX,
  TooManyParked,
  type Parked,
  type ParkedAccount,
} from './parked.js';
export { PoisonEvent, type PoisonReason } from './poison.js';
export { UnknownTimeZone } from './port.js';
export type {
  Applied,
  Checkpoint,
  DueAccount,
  PageRequest,
  PlacedTransaction,
  ReadTables,
  RowPlace,
  Standing,
  TableWriter,
  Transaction,
  TransactionFilter,
  TransactionStory,
  UsageGrouping,
  UsageItem,
  UsageRequest,
  VersionState,
} from './port.js';
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
export type { FollowsDirectly } from './projected-event.js';
export { rowsOf, transactionsOf } from './rows.js';
export type { AccountRow, BatchRow, ConsumptionRow, NumberedTransaction } from './tables.js';
export { waitForPosition } from './wait-for-position.js';
