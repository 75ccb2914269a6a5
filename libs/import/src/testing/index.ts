export { generateLegacy, type GeneratedAccount } from './generate-legacy.js';
export { DECIDED, FAULT_MAKERS } from './legacy-faults.js';
export { BATCHES, createLegacyTables, fillLegacyTables } from './legacy-tables.js';
