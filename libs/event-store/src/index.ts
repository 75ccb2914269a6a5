export { CHAIN_START, chainHash, type Hashable } from './chain.js';
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
