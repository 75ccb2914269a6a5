import type { ClientBase } from 'pg';
import { digestOf, readAppliedMigrations } from './applied-migrations.js';
import type { AppliedMigration, Migration, MigrationPlan } from './migration-plan.js';

const LOCK_WAIT_MS_MAX = 60_000;

export interface RunOptions {
  /** The last migration to apply, for tests of a single one. */
  readonly upTo?: number;
  /** Runs behind the last migration, in the same transaction. */
  readonly afterLast?: string;
}

/**
 * Applies what is outstanding, all or nothing. Any number of processes may call it at once: one
 * works under an advisory lock, the others wait and find it done. Returns the numbers it applied.
 */
export async function runMigrations(
  client: ClientBase,
  plan: MigrationPlan,
  { upTo = plan.migrations.length, afterLast }: RunOptions = {},
): Promise<readonly number[]> {
  await client.query('begin');
  try {
    await client.query(`set local lock_timeout = ${LOCK_WAIT_MS_MAX}`);
    await client.query('select pg_advisory_xact_lock($1)', [plan.lockKey]);
    await client.query(plan.history.createSql);
    const applied = await readAppliedMigrations(client, plan);
    await storeMissingDigests(client, plan, applied);
    const numbers = await applyOutstanding(client, plan, applied, upTo);
    if (afterLast !== undefined && upTo >= plan.migrations.length) await client.query(afterLast);
    await client.query('commit');
    return numbers;
  } catch (error) {
    await client.query('rollback').catch(() => undefined); // the connection may be lost
    throw error;
  }
}

async function applyOutstanding(
  client: ClientBase,
  plan: MigrationPlan,
  applied: readonly AppliedMigration[],
  upTo: number,
): Promise<readonly number[]> {
  const done = new Set(applied.map(({ number }) => number));
  const outstanding = plan.migrations
    .map((migration, index) => ({ migration, number: index + 1 }))
    .filter(({ number }) => number <= upTo && !done.has(number));
  for (const { migration, number } of outstanding) {
    await client.query(migration.sql);
    await record(client, plan, number, migration);
  }
  return outstanding.map(({ number }) => number);
}

async function record(
  client: ClientBase,
  { history: { table, hasNames } }: MigrationPlan,
  number: number,
  migration: Migration,
): Promise<void> {
  const digest = digestOf(migration);
  await (hasNames
    ? client.query(`insert into ${table} (number, digest, name) values ($1, $2, $3)`, [
        number,
        digest,
        migration.name,
      ])
    : client.query(`insert into ${table} (number, digest) values ($1, $2)`, [number, digest]));
}

/** Older programs stored none: what they applied is taken to be what this program knows. */
async function storeMissingDigests(
  client: ClientBase,
  { history, migrations }: MigrationPlan,
  applied: readonly AppliedMigration[],
): Promise<void> {
  for (const { number, digest } of applied) {
    const migration = migrations[number - 1];
    if (digest !== null || migration === undefined) continue;
    await client.query(`update ${history.table} set digest = $2 where number = $1`, [
      number,
      digestOf(migration),
    ]);
  }
}
