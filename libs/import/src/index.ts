export { analyseAccount, readRows, type AnalysedAccount } from './account/analyse-account.js';
export type { ReadRow } from './account/legacy-row.js';
export type { TakeOverTerms } from './account/terms.js';
export {
  COMPARISON_FORMAT,
  COMPARISON_SCHEMA,
  type ComparedPoints,
  type ComparedTypes,
  type ComparisonReport,
  type Difference,
} from './comparison-report.js';
export { consequenceOf } from './consequences.js';
export { FAULT_KINDS, type Fault, type FaultKind, type FaultStatus } from './faults.js';
export {
  EMPTY_MAPPING,
  consumptionColumns,
  mapDigest,
  parseMapping,
  rowsTable,
} from './mapping/mapping.js';
export type { BatchColumns, JobColumns, Mapping } from './mapping/mapping-schema.js';
export type { RawAccount, RawBatch, RawJob, RawRow, RawText } from './reading/raw-record.js';
