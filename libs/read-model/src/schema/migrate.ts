import type { Pool } from 'pg';

import { runMigrations, type MigrationPlan } from '#migrations';

import { GRANTS } from './grants.js';
import { MIGRATIONS, type Migration } from './migrations.js';

const planOf = (migrations: readonly Migration[]): MigrationPlan => ({
  subject: 'read tables',
  migrations,
  lockKey: 7_306_102_401,
  history: {
    table: 'mjk_point_migrations',
    hasNames: true,
    // Programs of earlier releases created the table without digests.
    createSql: `
      create table if not exists mjk_point_migrations (
        number integer primary key,
        name text not null,
        applied_at timestamptz not null default now()
      );
      do $block$
      begin
        if not exists (
          select from pg_attribute
          where attrelid = 'mjk_point_migrations'::regclass and attname = 'digest'
        ) then
          alter table mjk_point_migrations add column digest text;
        end if;
      end
      $block$`,
  },
});

/**
 * Migrates the read tables to the latest version. Several processes may call it at the same time: one
 * works, the others wait. Returns the numbers of the migrations that it applied.
 */
export async function migrate(
  pool: Pool,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<readonly number[]> {
  const client = await pool.connect();
  client.on('error', () => undefined); // the running query, or the next one, rejects with it
  let failure: unknown;
  try {
    const options = migrations === MIGRATIONS ? { afterLast: GRANTS } : {};
    return await runMigrations(client, planOf(migrations), options);
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    client.release(failure !== undefined);
  }
}
