export { clockSkewFault, type DatabaseClock } from './stores/clock-skew.js';
export { StoresModule } from './stores/stores.module.js';
export { CommandProcessingModule } from './commands/command-processing.module.js';
export { SendersModule } from './senders/senders.module.js';
export { KafkaModule } from './kafka/kafka.module.js';
export { ConfigModule } from './config/config.module.js';
export { ProcessModule } from './process.module.js';
export { runContext, type Runner } from './lifecycle/run-context.js';
export {
  CLOCK,
  CONFIG,
  DATABASE_CLOCK,
  EVENT_STORE,
  FOLLOWS_DIRECTLY,
  KAFKA,
  LOG,
  METRICS,
  OUTCOME_SINK,
  PROBE_SERVER,
  READ_TABLES,
  SENDERS,
  SETTINGS,
} from './tokens.js';
export {
  explainMigrationFailure,
  withPool,
  type DatabaseAccess,
} from './stores/database-readiness.js';
export { answerCounter } from './commands/command-metrics.js';
export { LEDGER_VARIABLES, type LedgerVariables } from './config/ledger-variables.js';
export { SENDERS_VARIABLES } from './config/senders-variables.js';
export { openCommandProcessor } from './commands/open-command-processor.js';
export { denialCounter } from './senders/open-senders.js';
export { TABLES_NAME, openStores, type Stores } from './stores/stores.js';
