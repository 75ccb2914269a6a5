export {
  PostgresStartError,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from './embedded-postgres.js';
export { startKafkaBroker, type KafkaBroker, type KafkaBrokerOptions } from './kafka-broker.js';
export { KafkaBrokerError } from './kafka-broker-error.js';
export { freePort, freePorts, isPortFree } from './ports.js';
export { findJava } from './java.js';
export { kafkaJars, projectRoot } from './kafka-jars.js';
