export { FakeLedger, type FakeLedgerOptions } from './fake-ledger.js';
