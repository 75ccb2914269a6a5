export { KafkaBrokerError } from './kafka/kafka-broker-error.js';
export {
  startKafkaBroker,
  type KafkaBroker,
  type KafkaBrokerOptions,
} from './kafka/kafka-broker.js';
export { kafkaJars } from './kafka/kafka-jars.js';
export { stopLeftoverKafka } from './kafka/kafka-orphan.js';
export { findJava } from './kafka/java.js';
export {
  PostgresStartError,
  startEmbeddedPostgres,
  stopLeftoverPostgres,
  type EmbeddedPostgres,
} from './postgres/embedded-postgres.js';
export { ifMissing, writeFileAtomically } from './process/atomic-file.js';
export { LogFile } from './process/log-file.js';
export { freePort, freePorts, isPortFree } from './process/ports.js';
export {
  hasEnded,
  identityOf,
  isRunning,
  signal,
  type ProcessIdentity,
} from './process/process-identity.js';
export { projectRoot } from './process/project-root.js';
export { runCommand, type CommandOptions } from './process/run-command.js';
export { ChildNotReady, SupervisedChild } from './process/supervised-child.js';
export { SupervisedServer } from './process/supervised-server.js';
