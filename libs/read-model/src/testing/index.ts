export { MemoryReadTables, type TableFault } from './memory-read-tables.js';
export { referenceConsumptions, referenceRecharges } from './reference-tables.js';
