import type { Pool, PoolClient } from 'pg';

import { GRANTS } from './grants.js';
import { MIGRATIONS, type Migration } from './migrations.js';

/** Any number that no other program takes in this database. */
const MIGRATION_LOCK = 7_306_102_401;
const LOCK_WAIT_MS_MAX = 60_000;

/** The database was migrated by a newer program, whose rows this one might not understand. */
export class DatabaseIsNewer extends Error {
  override readonly name = 'DatabaseIsNewer';
}

/**
 * Brings the read tables up to date. Any number of processes may call it at once: one works, the
 * others wait. Gives the numbers of what it ran.
 */
export async function migrate(
  pool: Pool,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<readonly number[]> {
  const client = await pool.connect();
  client.on('error', () => undefined); // the statement that it meets, or the next one, rejects
  try {
    await client.query(`set lock_timeout = ${LOCK_WAIT_MS_MAX}`);
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const ran = await runPending(client, migrations);
    if (migrations === MIGRATIONS) await client.query(GRANTS);
    return ran;
  } finally {
    // Ends the session, and the lock and settings with it.
    client.release(true);
  }
}

async function runPending(
  client: PoolClient,
  migrations: readonly Migration[],
): Promise<readonly number[]> {
  await client.query(`
    create table if not exists mjk_point_migrations (
      number integer primary key,
      name text not null,
      applied_at timestamptz not null default now()
    )`);
  const { rows } = await client.query<{ last: number }>(
    'select coalesce(max(number), 0) as last from mjk_point_migrations',
  );
  const last = rows[0]?.last ?? 0;
  const known = migrations.at(-1)?.number ?? 0;
  if (last > known) {
    throw new DatabaseIsNewer(`the read tables are at migration ${last}, this program at ${known}`);
  }
  const pending = migrations.filter(({ number }) => number > last);
  for (const migration of pending) await run(client, migration);
  return pending.map(({ number }) => number);
}

async function run(client: PoolClient, { number, name, sql }: Migration): Promise<void> {
  await client.query('begin');
  try {
    await client.query(sql);
    await client.query('insert into mjk_point_migrations (number, name) values ($1, $2)', [
      number,
      name,
    ]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}
