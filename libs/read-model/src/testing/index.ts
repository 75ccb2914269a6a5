export {
  MemoryReadTables,
  type MemoryReadTablesOptions,
  type TableFault,
} from './memory-read-tables.js';
