export { bufferedText } from './buffered-text.js';
export { eventually, eventuallyHolds } from './eventually.js';
export { DEFAULT_USERS } from './eventstoredb/access.js';
export type { LogRecord as EventStoreDbLogRecord } from './eventstoredb/log-record.js';
export type {
  AppendFault as EventStoreDbAppendFault,
  ReadFault as EventStoreDbReadFault,
} from './eventstoredb/faults.js';
export {
  EventStoreDbProtocolServer,
  type ProtocolServerOptions,
} from './eventstoredb/protocol-server.js';
export { eventStoreUrlFromEnv } from './eventstore-url.js';
export { selfSigned } from './eventstoredb/self-signed.js';
export { createTestDatabase, type TestDatabase } from './test-database.js';
export { seededRandom, type SeededRandom } from './seeded-random.js';
export { TcpProxy, type CutAt } from './tcp-proxy.js';
