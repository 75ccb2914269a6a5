export { digestOf, digestOfBytes, policyFingerprint } from './digest.js';
export { commandUuid, eventId, outcomeId, type Answered } from './ids.js';
export { toLedgerCommand, type SentCommand } from './to-ledger-command.js';
