export type { Database, DatabasePool } from './database.js';
export { OutboxIdReusedError, enqueue } from './enqueue.js';
export { OUTBOX_TABLE, migrateOutbox, outboxMigration } from './migration.js';
export {
  OutboxRelay,
  type OutboxAlarm,
  type OutboxMetrics,
  type OutboxRelayOptions,
} from './outbox-relay.js';
export { discardHeld, type OutboxCounts } from './outbox-rows.js';
