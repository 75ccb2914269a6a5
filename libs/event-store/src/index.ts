export { checkEventStoreDb } from './eventstoredb/check/check-eventstoredb.js';
export type { EventStoreDbFinding } from './eventstoredb/check/finding.js';
export { EventStoreDbEventStore } from './eventstoredb/eventstoredb-event-store.js';
export type { EventStoreDbObserver, EventStoreDbOptions } from './eventstoredb/options.js';
export { followsDirectly } from './dense-positions.js';
export { APPEND_BYTES_MAX } from './limits.js';
export {
  NO_STREAM,
  PermanentStoreError,
  type AppendResult,
  type EventBatch,
  type EventBatchSink,
  type DamagedRecord,
  type EncodedEvent,
  type EventStore,
  type NonEmpty,
  type Position,
  type ReadOptions,
  type RecordedEvent,
  type Snapshot,
  type SnapshotStore,
  type UnsealedSnapshot,
} from './port.js';
export { EVENT_READER } from './postgres/grants.js';
export { migrateEventStore } from './postgres/migrate.js';
export { EVENT_STORE_PLAN } from './postgres/migrations/index.js';
export { EVENT_WRITER as EVENT_WRITER } from './postgres/migrations/005-writer.js';
export { openMigratedEventStore, openPostgresEventStore } from './postgres/open-event-store.js';
export { eventStoreSchemaState, type SchemaState } from './postgres/schema-state.js';
export type { PostgresObserver, PostgresOptions } from './postgres/options.js';
export { postgresPools, type PostgresPools } from './postgres/pools.js';
export { PostgresEventStore } from './postgres/postgres-event-store.js';
export { PostgresSnapshotStore } from './postgres/postgres-snapshot-store.js';
export { SealedSnapshots, type LoadedSnapshot } from './sealed-snapshots.js';
export {
  SnapshotKeys,
  InvalidSnapshotKeysError,
  parseSnapshotKeys,
  type SealCheck,
  type SnapshotKey,
} from './snapshot-keys.js';
