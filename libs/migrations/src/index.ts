export { MigrationMismatchError, digestOf, readAppliedMigrations } from './applied-migrations.js';
export type { Migration, MigrationPlan } from './migration-plan.js';
export { runMigrations } from './run-migrations.js';
