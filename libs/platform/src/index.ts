export { clockSkewFault } from './stores/clock-skew.js';
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
