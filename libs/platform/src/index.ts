export { clockSkewFault, type DatabaseClock } from './stores/clock-skew.js';
export { StoresModule } from './stores/stores.module.js';
export { CommandProcessingModule } from './commands/command-processing.module.js';
export { SendersModule } from './senders/senders.module.js';
export { KafkaModule } from './kafka/kafka.module.js';
export { ConfigModule } from './config/config.module.js';
export { ProcessModule, type ProcessModuleOptions } from './process.module.js';
export { HealthModule, type HealthModuleOptions } from './health/health.module.js';
export { runContext, type Runner } from './lifecycle/run-context.js';
export {
  CLOCK,
  CONFIG,
  DATABASE_CLOCK,
  ENVIRONMENT,
  EVENT_STORE,
  FOLLOWS_DIRECTLY,
  KAFKA,
  LOG,
  METRICS,
  OUTCOME_SINK,
  PROBE_SERVER,
  READ_TABLES,
  SENDERS,
  SNAPSHOT_STORE,
} from './tokens.js';
export {
  DatabaseNotReadyError,
  explainMigrationFailure,
  withPool,
  type DatabaseAccess,
} from './stores/database-readiness.js';
export { answerCounter } from './commands/command-metrics.js';
export { LEDGER_VARIABLES, type LedgerVariables } from './config/ledger-variables.js';
export { SENDERS_VARIABLES, type SendersVariables } from './config/senders-variables.js';
export { openCommandProcessor } from './commands/open-command-processor.js';
export { denialCounter, openSenders, type OpenSenders } from './senders/open-senders.js';
export { TABLES_NAME, openStores, type Stores } from './stores/stores.js';
