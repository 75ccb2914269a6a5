import pg from 'pg';
import {
  EVENT_READER,
  EVENT_STORE_MIGRATIONS,
  EVENT_WRITER,
  eventStoreState,
  migrateEventStore,
} from '#event-store';
import {
  TABLE_MIGRATIONS,
  TABLE_READER,
  TABLE_WRITER,
  migrate,
  readTablesState,
} from '#read-model';
import { StartError, type Log } from '#runtime';
import { missingRights, sentenceOf, type Right } from './rights.js';

/** What a process does in the databases, and so what its login must be allowed to. */
export type Need = 'append' | 'read events' | 'read tables' | 'write tables' | 'own tables';

const CONNECT_MS_MAX = 5_000;

/** A login that can't do its work: the message says what is missing, and which command mends it. */
export class DatabaseNotReady extends StartError {
  override readonly name = 'DatabaseNotReady';
}

const EVENT_RIGHTS: readonly Right[] = [
  ['event_store', 'events', 'select'],
  ['event_store', 'head', 'select'],
  ['event_store', 'append', 'execute'],
];
const SNAPSHOT_RIGHTS: readonly Right[] = (['select', 'insert', 'update', 'delete'] as const).map(
  (privilege) => ['event_store', 'snapshots', privilege],
);
const TABLES = ['transactions', 'transaction_lines', 'accounts', 'batches', 'consumptions'];
const READ_RIGHTS: readonly Right[] = ['checkpoints', 'parked_accounts', ...TABLES].map((name) => [
  null,
  `mjk_point_${name}`,
  'select',
]);

/** Of the tables of every version there is: a rebuild that did not grant would stop the projector later. */
async function writeRights(client: pg.Client): Promise<readonly Right[]> {
  const { rows } = await client.query<{ name: string }>(
    `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = current_schema() and c.relkind = 'r'
       and c.relname like 'mjk\\_point\\_%' and c.relname <> 'mjk_point_migrations'
     order by 1`,
  );
  return rows.flatMap(({ name }) =>
    (['insert', 'update', 'delete'] as const).map((privilege): Right => [null, name, privilege]),
  );
}

interface Wanted {
  readonly rights: readonly Right[];
  /** The role that has them all. */
  readonly role: string;
}

const IN_EVENT_STORE: Readonly<Record<Need, Wanted | null>> = {
  append: { rights: EVENT_RIGHTS, role: EVENT_WRITER },
  'read events': { rights: EVENT_RIGHTS.slice(0, 2), role: EVENT_READER },
  'read tables': null,
  'write tables': null,
  'own tables': null,
};
const BESIDE_TABLES: Readonly<Record<Need, Wanted | null>> = {
  append: { rights: SNAPSHOT_RIGHTS, role: EVENT_WRITER },
  'read events': null,
  'read tables': { rights: READ_RIGHTS, role: TABLE_READER },
  'write tables': { rights: READ_RIGHTS, role: TABLE_WRITER },
  'own tables': null,
};

/**
 * Looks whether the database of DATABASE_URL is as this program needs it, and may be used as the
 * process will use it. A login that owns it, as every one did once, brings it up to date itself.
 */
export function readyTables(url: string, needs: readonly Need[], log: Log): Promise<void> {
  return connected(url, async (client) => {
    const events = await eventStoreState(client);
    const tables = await readTablesState(client);
    if ((events.taken ?? 0) < EVENT_STORE_MIGRATIONS.length) {
      if (!events.mayMigrate) throw outstanding('event store', events.role, events.taken);
      await migrating(() => migrateEventStore(url));
    }
    const usesTables = needs.some((need) => need.endsWith('tables'));
    const isBehind = (tables.last ?? 0) < (TABLE_MIGRATIONS.at(-1)?.number ?? 0);
    if (isBehind && (usesTables || tables.mayMigrate)) {
      if (!tables.mayMigrate) throw outstanding('read tables', tables.role, tables.last);
      await migrating(() => withPool(url, async (pool) => void (await migrate(pool))));
    }
    if (needs.includes('own tables') && !tables.mayMigrate) {
      throw new DatabaseNotReady(
        `a rebuild makes tables, and role ${tables.role} may not: set MIGRATION_URL to the role that owns them.`,
      );
    }
    if (tables.mayMigrate && !needs.includes('own tables')) {
      sayOwner(log, tables.role, 'the read tables');
    }
    await refuseMissing(client, needs, BESIDE_TABLES);
  });
}

/** The same of an event store on Postgres. Gives the role that its connections are to take. */
export function readyEventStore(
  url: string,
  needs: readonly Need[],
  log: Log,
): Promise<'writer' | 'login'> {
  return connected(url, async (client) => {
    const { taken, mayMigrate, role } = await eventStoreState(client);
    if ((taken ?? 0) < EVENT_STORE_MIGRATIONS.length) {
      if (!mayMigrate) throw outstanding('event store', role, taken);
      await migrating(() => migrateEventStore(url));
    }
    if (mayMigrate) sayOwner(log, role, 'the event store');
    await refuseMissing(client, needs, IN_EVENT_STORE);
    return mayMigrate ? 'writer' : 'login';
  });
}

/** Says as what has to be mended what the database refuses to the role that migrates. */
export async function migrating<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof pg.DatabaseError) || cause.code !== '42501') throw cause;
    throw new DatabaseNotReady(
      `The role that migrates may not do what it has to: ${cause.message}. It must own the ledger, and be able to create roles when there are new ones: as an administrator run "alter role … createrole", or create that role ("create role … nologin").`,
      { cause },
    );
  }
}

const sayOwner = (log: Log, role: string, what: string): void =>
  log.warn({ role, what }, 'database role owns the ledger: see docs/operations.md, Roles');

function outstanding(what: string, role: string, taken: number | null): DatabaseNotReady {
  const found =
    taken === null
      ? `role ${role} sees no ${what} in this database: migrations are outstanding, or a grant is missing`
      : `the ${what} in this database took ${taken} migrations, and this program has more`;
  return new DatabaseNotReady(
    `${found}. Role ${role} may not migrate: run "npm run migrate" with MIGRATION_URL set to the role that owns the ledger; it brings both up to date and grants what is missing.`,
  );
}

async function refuseMissing(
  client: pg.Client,
  needs: readonly Need[],
  of: Readonly<Record<Need, Wanted | null>>,
): Promise<void> {
  const sentences: string[] = [];
  for (const need of needs) {
    const wanted = of[need];
    if (wanted === null) continue;
    const more = need === 'write tables' && of === BESIDE_TABLES ? await writeRights(client) : [];
    const missing = await missingRights(client, [...wanted.rights, ...more]);
    sentences.push(...missing.map((right) => sentenceOf(right, need, wanted.role)));
  }
  if (sentences.length > 0) throw new DatabaseNotReady(sentences.join('\n'));
}

async function connected<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS_MAX,
    application_name: 'points-ledger start',
  });
  client.on('error', () => undefined); // the query that is under way rejects with it
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
