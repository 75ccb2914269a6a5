export { freshDatabase } from './fresh-database.js';
export { MemoryEventStore, type AppendCall, type MemoryFault } from './memory-event-store.js';
export { MemoryLog } from './memory-log.js';
export { MemorySnapshotStore } from './memory-snapshot-store.js';
