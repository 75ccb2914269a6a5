export { MigrationMismatchError, digestOf, readAppliedMigrations } from './applied-migrations.js';
export type { MigrationPlan, Preparation, Report } from './migration-plan.js';
export { describeOutstanding, longestTransaction, runMigrations } from './run-migrations.js';
