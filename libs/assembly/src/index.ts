export { clockFault } from './clock-fault.js';
export { DatabaseNotReady, migrating, withPool, type Need } from './databases.js';
export { answerCounter } from './desk-metrics.js';
export { LEDGER_VARIABLES, type LedgerVariables } from './ledger-variables.js';
export { openDesk } from './open-desk.js';
export { denialCounter, openSenders, type OpenSenders } from './open-senders.js';
export { TABLES_NAME, openStores, type Stores } from './stores.js';
