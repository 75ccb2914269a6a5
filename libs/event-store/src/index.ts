export { checkEventStoreDb } from './eventstoredb/check/check-eventstoredb.js';
export type { EventStoreDbFinding } from './eventstoredb/check/finding.js';
export { EventStoreDbEventStore } from './eventstoredb/eventstoredb-event-store.js';
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
  type RecordedEvent,
  type Snapshot,
  type SnapshotStore,
} from './port.js';
export { EVENT_READER } from './postgres/grants.js';
export { migrateEventStore } from './postgres/migrate.js';
export { EVENT_STORE_PLAN } from './postgres/migrations/index.js';
export { EVENT_WRITER as EVENT_WRITER } from './postgres/migrations/005-writer.js';
export { openMigratedEventStore, openPostgresEventStore } from './postgres/open-event-store.js';
export { eventStoreSchemaState } from './postgres/schema-state.js';
export { PostgresSnapshotStore } from './postgres/postgres-snapshot-store.js';
export { SealedSnapshots } from './sealed-snapshots.js';
export {
  SnapshotKeys,
  InvalidSnapshotKeysError,
  parseSnapshotKeys,
  type SnapshotKey,
} from './snapshot-keys.js';
