export { MigrationMismatchError, digestOf, readAppliedMigrations } from './applied-migrations.js';
export type { MigrationPlan } from './migration-plan.js';
export { runMigrations } from './run-migrations.js';
