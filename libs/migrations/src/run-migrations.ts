import { sleep } from '#async';
import type { ClientBase } from 'pg';
import { digestOf, readAppliedMigrations } from './applied-migrations.js';
import { withMigrationLock } from './migration-lock.js';
import type { AppliedMigration, Migration, MigrationPlan, Report } from './migration-plan.js';

const LOCK_WAIT_MS_MAX = 60_000;
const LOCK_RETRY_MS = 2_000;
const LOCK_RETRIES_MAX = 300;
const LOCK_NOT_AVAILABLE = '55P03';

export interface RunOptions {
  /** The last migration to apply, for tests of a single one. */
  readonly upTo?: number;
  /** Runs behind the last migration, in the same transaction. */
  readonly afterLast?: string;
  readonly report?: Report;
}

interface Numbered {
  readonly number: number;
  readonly migration: Migration;
}

/**
 * Applies what is outstanding. Any number of processes may call it at once: one works under an
 * advisory lock, the others wait and find it done. Returns the numbers it applied.
 *
 * Migrations are applied in one transaction, all or nothing, up to one that needs a preparation: that
 * one begins the next transaction, after its preparation.
 */
export function runMigrations(
  client: ClientBase,
  plan: MigrationPlan,
  options: RunOptions = {},
): Promise<readonly number[]> {
  return withMigrationLock(client, plan, () => new Run(client, plan, options).apply());
}

class Run {
  readonly #upTo: number;
  readonly #report: Report;

  constructor(
    private readonly client: ClientBase,
    private readonly plan: MigrationPlan,
    private readonly options: RunOptions,
  ) {
    this.#upTo = options.upTo ?? plan.migrations.length;
    this.#report = options.report ?? (() => undefined);
  }

  async apply(): Promise<readonly number[]> {
    const { applied, next } = await this.#transaction(null);
    return next === null ? applied : [...applied, ...(await this.#applyPrepared(next))];
  }

  async #applyPrepared({ number, migration }: Numbered): Promise<readonly number[]> {
    const { preparation } = migration;
    try {
      await preparation?.run(this.client, this.#report);
      const { applied, next } = await this.#retriedTransaction(number, migration);
      return next === null ? applied : [...applied, ...(await this.#applyPrepared(next))];
    } catch (error) {
      // The connection may be lost. Then it stands until the migration is repeated.
      await preparation?.undo(this.client).catch(() => undefined);
      throw error;
    }
  }

  async #retriedTransaction(prepared: number, { name, lockMsMax }: Migration) {
    for (let retries = 0; ; retries += 1) {
      try {
        return await this.#transaction(prepared, lockMsMax);
      } catch (error) {
        const { code } = error as { code?: unknown };
        if (code !== LOCK_NOT_AVAILABLE || retries >= LOCK_RETRIES_MAX) throw error;
        this.#report(`${name}: waiting for ${await longestTransaction(this.client)}`);
        await sleep(LOCK_RETRY_MS);
      }
    }
  }

  /** Applies migrations up to the next one that has to be prepared, and returns that one. */
  async #transaction(
    prepared: number | null,
    lockMsMax = LOCK_WAIT_MS_MAX,
  ): Promise<{ readonly applied: readonly number[]; readonly next: Numbered | null }> {
    const { client, plan } = this;
    await client.query('begin');
    try {
      await client.query(`set local lock_timeout = ${lockMsMax}`);
      await client.query(plan.history.createSql);
      const applied = await readAppliedMigrations(client, plan);
      await storeMissingDigests(client, plan, applied);
      const outstanding = outstandingOf(plan, applied, this.#upTo);
      const end = outstanding.findIndex(
        ({ number, migration }) => migration.preparation !== undefined && number !== prepared,
      );
      const group = end < 0 ? outstanding : outstanding.slice(0, end);
      for (const { number, migration } of group) {
        await client.query(migration.sql);
        await record(client, plan, number, migration);
      }
      const next = outstanding[group.length] ?? null;
      const { afterLast } = this.options;
      const isLast = next === null && this.#upTo >= plan.migrations.length;
      if (afterLast !== undefined && isLast) await client.query(afterLast);
      await client.query('commit');
      return { applied: group.map(({ number }) => number), next };
    } catch (error) {
      await client.query('rollback').catch(() => undefined); // the connection may be lost
      throw error;
    }
  }
}

/** What is outstanding, in sentences: what it does, and for long work how long and how much disk. */
export async function describeOutstanding(
  client: ClientBase,
  plan: MigrationPlan,
): Promise<readonly string[]> {
  const lines: string[] = [];
  const applied = await readAppliedMigrations(client, plan);
  for (const { number, migration } of outstandingOf(plan, applied, plan.migrations.length)) {
    lines.push(`${plan.subject}, migration ${number}: ${migration.name}`);
    // There is nothing to say of a database in which the tables are still to be created.
    if (applied.length > 0 && migration.preparation !== undefined) {
      lines.push(...(await migration.preparation.describe(client)).map((line) => `  ${line}`));
    }
  }
  return lines;
}

function outstandingOf(
  { migrations }: MigrationPlan,
  applied: readonly AppliedMigration[],
  upTo: number,
): readonly Numbered[] {
  const done = new Set(applied.map(({ number }) => number));
  return migrations
    .map((migration, index) => ({ migration, number: index + 1 }))
    .filter(({ number }) => number <= upTo && !done.has(number));
}

/** The transaction that most likely holds a lock, for people who wait for it. */
export async function longestTransaction(client: ClientBase): Promise<string> {
  const { rows } = await client.query<{ pid: number; name: string; since: string }>(
    `select pid, application_name as name, to_char(xact_start, 'HH24:MI:SS') as since
     from pg_stat_activity
     where datname = current_database() and xact_start is not null and pid <> pg_backend_pid()
     order by xact_start limit 1`,
  );
  const [oldest] = rows;
  return oldest === undefined
    ? 'a transaction that has just ended'
    : `the transaction of process ${oldest.pid} (${oldest.name}), open since ${oldest.since}`;
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
