export { CHAIN_START, chainHash, type Hashable } from './chain.js';
export { EventStoreDbEventStore } from './eventstoredb/eventstoredb-event-store.js';
export type { EventStoreDbObserver, EventStoreDbOptions } from './eventstoredb/options.js';
export { APPEND_BYTES_MAX } from './limits.js';
export {
  MemoryEventStore,
  type AppendCall,
  type MemoryEventStoreOptions,
  type MemoryFault,
} from './memory/memory-event-store.js';
export { MemoryLog } from './memory/memory-log.js';
export { MemorySnapshotStore } from './memory/memory-snapshot-store.js';
export {
  NO_STREAM,
  PermanentStoreError,
  type AppendResult,
  type Batch,
  type BatchSink,
  type EncodedEvent,
  type EventStore,
  type NonEmpty,
  type Position,
  type ReadOptions,
  type RecordedEvent,
  type Snapshot,
  type SnapshotStore,
} from './port.js';
