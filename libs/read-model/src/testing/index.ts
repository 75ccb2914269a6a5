export { MemoryReadTables, type TableFault } from './memory-read-tables.js';
