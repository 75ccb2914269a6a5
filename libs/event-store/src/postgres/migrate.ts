import pg from 'pg';
import { MigrationMismatchError, runMigrations } from '#migrations';
import { PermanentStoreError } from '../port.js';
import { GRANTS } from './grants.js';
import { EVENT_STORE_PLAN } from './migrations/index.js';

const VERSION_MIN = 140_000;

/** Brings the schema of the event store up to date atomically, however many processes call it at once. */
export async function migrateEventStore(url: string, upTo?: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {}); // The running query rejects with the error.
  await client.connect();
  try {
    await assertServerSupported(client);
    await asPermanent(() =>
      runMigrations(client, EVENT_STORE_PLAN, {
        afterLast: GRANTS,
        ...(upTo === undefined ? {} : { upTo }),
      }),
    );
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
