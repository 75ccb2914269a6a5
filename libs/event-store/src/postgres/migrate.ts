import pg from 'pg';
import {
  MigrationMismatchError,
  describeOutstanding,
  runMigrations,
  type Report,
} from '#migrations';
import { PermanentStoreError } from '../port.js';
import { GRANTS } from './grants.js';
import { EVENT_STORE_PLAN } from './migrations/index.js';

const VERSION_MIN = 140_000;
/** Appends wait behind it. When it takes longer, because somebody reads for long, it is called again. */
const FINISH_LOCK_MS_MAX = 2_000;

export interface MigrateOptions {
  /** The last migration to apply, for tests of a single one. */
  readonly upTo?: number;
  /** Called with the progress of long work. */
  readonly report?: Report;
}

/** Brings the schema of the event store up to date, however many processes call it at once. */
export function migrateEventStore(url: string, options: MigrateOptions = {}): Promise<void> {
  return asOwner(url, async (client) => {
    await assertServerSupported(client);
    await asPermanent(() =>
      runMigrations(client, EVENT_STORE_PLAN, { afterLast: GRANTS, ...options }),
    );
  });
}

/** What `migrateEventStore` would do, in sentences. It changes nothing. */
export async function describeEventStoreMigrations(url: string): Promise<readonly string[]> {
  return asOwner(url, async (client) => {
    const { rows } = await client.query<{ exists: boolean }>(
      `select to_regclass('${EVENT_STORE_PLAN.history.table}') is not null as exists`,
    );
    if (rows[0]?.exists !== true) return ['event store: is created'];
    return asPermanent(() => describeOutstanding(client, EVENT_STORE_PLAN));
  });
}

/** Removes what only builds from before the partitions read: the index over all streams by name. */
export function finishEventStoreMigration(url: string): Promise<void> {
  return asOwner(url, async (client) => {
    await client.query(`set lock_timeout = ${FINISH_LOCK_MS_MAX}`);
    await client.query(
      'alter table if exists event_store.events_1 drop constraint if exists events_1_revision',
    );
  });
}

async function asOwner<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'points-ledger migrate',
  });
  client.on('error', () => {}); // The running query rejects with the error.
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** A store with an unexpected schema can't be used before an operator has acted. */
export async function asPermanent<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof MigrationMismatchError)) throw error;
    throw new PermanentStoreError('misconfigured', error.message, { cause: error });
  }
}

async function assertServerSupported(client: pg.Client): Promise<void> {
  const { rows } = await client.query<Server>(
    `select current_setting('server_version_num')::int as version,
      current_setting('server_encoding') as encoding`,
  );
  const [server] = rows;
  const reason = server && unsupportedReason(server);
  if (reason) throw new PermanentStoreError('misconfigured', reason);
}

interface Server {
  /** The numeric version is 180004 for 18.4. */
  readonly version: number;
  readonly encoding: string;
}

/** The reason why a server can't store events, or null. */
export function unsupportedReason({ version, encoding }: Server): string | null {
  if (version < VERSION_MIN) return `Postgres 14 or later is required, not ${version}`;
  if (encoding !== 'UTF8') return `the database must be encoded in UTF8, not ${encoding}`;
  return null;
}
