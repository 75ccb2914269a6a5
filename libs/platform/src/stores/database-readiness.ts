import pg from 'pg';
import {
  EVENT_READER,
  EVENT_STORE_PLAN,
  EVENT_WRITER,
  eventStoreSchemaState,
  migrateEventStore,
} from '#event-store';
import {
  TABLE_MIGRATIONS,
  TABLE_READER,
  TABLE_WRITER,
  migrate,
  readTablesState,
} from '#read-model';
import { StartupError } from '../lifecycle/exit-on-error.js';
import type { Log } from '../log/log.js';
import { missingPrivileges, grantInstruction, type Privilege } from './privileges.js';

/** What a process does in the databases, and so which privileges its login needs. */
export type DatabaseAccess =
  'append' | 'read events' | 'read tables' | 'write tables' | 'own tables';

const CONNECT_MS_MAX = 5_000;

/** The login lacks privileges. The message names them, and the command that grants them. */
class DatabaseNotReadyError extends StartupError {
  override readonly name = 'DatabaseNotReady';
}

const EVENT_PRIVILEGES: readonly Privilege[] = [
  ['event_store', 'events', 'select'],
  ['event_store', 'head', 'select'],
  ['event_store', 'append_events', 'execute'],
];
const SNAPSHOT_PRIVILEGES: readonly Privilege[] = (
  ['select', 'insert', 'update', 'delete'] as const
).map((privilege) => ['event_store', 'snapshots', privilege]);
const TABLES = [
  'transactions',
  'transaction_lines',
  'accounts',
  'batches',
  'consumptions',
  'recharges',
];
const READ_PRIVILEGES: readonly Privilege[] = ['checkpoints', 'parked_accounts', ...TABLES].map(
  (name) => [null, `mjk_point_${name}`, 'select'],
);

/** Covers the tables of every version: a missing grant on a new one would stop the projector later. */
async function writePrivileges(client: pg.Client): Promise<readonly Privilege[]> {
  const { rows } = await client.query<{ name: string }>(
    `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = current_schema() and c.relkind = 'r'
       and c.relname like 'mjk\\_point\\_%' and c.relname <> 'mjk_point_migrations'
     order by 1`,
  );
  return rows.flatMap(({ name }) =>
    (['insert', 'update', 'delete'] as const).map((privilege): Privilege => [
      null,
      name,
      privilege,
    ]),
  );
}

interface RequiredPrivileges {
  readonly rights: readonly Privilege[];
  /** The role that has all of these privileges. */
  readonly role: string;
}

const IN_EVENT_STORE: Readonly<Record<DatabaseAccess, RequiredPrivileges | null>> = {
  append: { rights: EVENT_PRIVILEGES, role: EVENT_WRITER },
  'read events': { rights: EVENT_PRIVILEGES.slice(0, 2), role: EVENT_READER },
  'read tables': null,
  'write tables': null,
  'own tables': null,
};
const BESIDE_TABLES: Readonly<Record<DatabaseAccess, RequiredPrivileges | null>> = {
  append: { rights: SNAPSHOT_PRIVILEGES, role: EVENT_WRITER },
  'read events': null,
  'read tables': { rights: READ_PRIVILEGES, role: TABLE_READER },
  'write tables': { rights: READ_PRIVILEGES, role: TABLE_WRITER },
  'own tables': null,
};

/**
 * Checks that the database of DATABASE_URL is migrated and that the login has its privileges. A login
 * that owns the database, as in earlier releases, migrates it.
 */
export function prepareReadTables(
  url: string,
  accesses: readonly DatabaseAccess[],
  log: Log,
): Promise<void> {
  return withClient(url, async (client) => {
    const events = await eventStoreSchemaState(client);
    const tables = await readTablesState(client);
    if ((events.applied ?? 0) < EVENT_STORE_PLAN.migrations.length) {
      if (!events.mayMigrate)
        throw outstandingMigrations('event store', events.role, events.applied);
      await explainMigrationFailure(() => migrateEventStore(url));
    }
    const usesTables = accesses.some((access) => access.endsWith('tables'));
    const isBehind = (tables.last ?? 0) < (TABLE_MIGRATIONS.at(-1)?.number ?? 0);
    if (isBehind && (usesTables || tables.mayMigrate)) {
      if (!tables.mayMigrate) throw outstandingMigrations('read tables', tables.role, tables.last);
      await explainMigrationFailure(() =>
        withPool(url, async (pool) => void (await migrate(pool))),
      );
    }
    if (accesses.includes('own tables') && !tables.mayMigrate) {
      throw new DatabaseNotReadyError(
        `a rebuild makes tables, and role ${tables.role} may not: set MIGRATION_URL to the role that owns them.`,
      );
    }
    if (tables.mayMigrate && !accesses.includes('own tables')) {
      warnThatRoleOwns(log, tables.role, 'the read tables');
    }
    await rejectMissingPrivileges(client, accesses, BESIDE_TABLES);
  });
}

/** The same for an event store on Postgres. Returns the role that its connections assume. */
export function prepareEventStore(
  url: string,
  accesses: readonly DatabaseAccess[],
  log: Log,
): Promise<'writer' | 'login'> {
  return withClient(url, async (client) => {
    const { applied: taken, mayMigrate, role } = await eventStoreSchemaState(client);
    if ((taken ?? 0) < EVENT_STORE_PLAN.migrations.length) {
      if (!mayMigrate) throw outstandingMigrations('event store', role, taken);
      await explainMigrationFailure(() => migrateEventStore(url));
    }
    if (mayMigrate) warnThatRoleOwns(log, role, 'the event store');
    await rejectMissingPrivileges(client, accesses, IN_EVENT_STORE);
    return mayMigrate ? 'writer' : 'login';
  });
}

/** Explains how to fix a migration that the database refused for lack of privileges. */
export async function explainMigrationFailure<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof pg.DatabaseError) || cause.code !== '42501') throw cause;
    throw new DatabaseNotReadyError(
      `The role that migrates may not do what it has to: ${cause.message}. It must own the ledger, and be able to create roles when there are new ones: as an administrator run "alter role … createrole", or create that role ("create role … nologin").`,
      { cause },
    );
  }
}

const warnThatRoleOwns = (log: Log, role: string, what: string): void =>
  log.warn({ role, what }, 'database role owns the ledger: see docs/operations.md, Roles');

function outstandingMigrations(
  what: string,
  role: string,
  taken: number | null,
): DatabaseNotReadyError {
  const found =
    taken === null
      ? `role ${role} sees no ${what} in this database: migrations are outstanding, or a grant is missing`
      : `the ${what} in this database took ${taken} migrations, and this program has more`;
  return new DatabaseNotReadyError(
    `${found}. Role ${role} may not migrate: run "npm run migrate" with MIGRATION_URL set to the role that owns the ledger; it brings both up to date and grants what is missing.`,
  );
}

async function rejectMissingPrivileges(
  client: pg.Client,
  accesses: readonly DatabaseAccess[],
  of: Readonly<Record<DatabaseAccess, RequiredPrivileges | null>>,
): Promise<void> {
  const messages: string[] = [];
  for (const access of accesses) {
    const required = of[access];
    if (required === null) continue;
    const more =
      access === 'write tables' && of === BESIDE_TABLES ? await writePrivileges(client) : [];
    const missing = await missingPrivileges(client, [...required.rights, ...more]);
    messages.push(...missing.map((right) => grantInstruction(right, access, required.role)));
  }
  if (messages.length > 0) throw new DatabaseNotReadyError(messages.join('\n'));
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS_MAX,
    application_name: 'points-ledger start',
  });
  client.on('error', () => undefined); // the current query rejects with the same error
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

export async function withPool<T>(url: string, work: (pool: pg.Pool) => Promise<T>): Promise<T> {
  const pool = new pg.Pool({ connectionString: url, connectionTimeoutMillis: CONNECT_MS_MAX });
  pool.on('error', () => undefined);
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}
