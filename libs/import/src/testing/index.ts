export { generateLegacy, type GenerateOptions, type GeneratedAccount } from './generate-legacy.js';
export { DECIDED, FAULT_MAKERS, type FaultMaker } from './legacy-faults.js';
export { BATCHES, createLegacyTables, fillLegacyTables } from './legacy-tables.js';
