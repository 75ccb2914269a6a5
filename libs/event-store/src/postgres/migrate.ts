import pg from 'pg';
import { MigrationMismatchError, runMigrations } from '#migrations';
import { PermanentStoreError } from '../port.js';
import { GRANTS } from './grants.js';
import { EVENT_STORE_PLAN } from './migrations/index.js';

const VERSION_MIN = 140_000;

/** Brings the schema of the event store up to date, all or nothing, however many call it at once. */
export async function migrateEventStore(url: string, upTo?: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {}); // the running query rejects with it
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

/** A store whose schema is another program's can't be used before an operator has acted. */
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
  /** 180004 for 18.4. */
  readonly version: number;
  readonly encoding: string;
}

/** Why a server cannot hold events, or null. */
export function unsupportedReason({ version, encoding }: Server): string | null {
  if (version < VERSION_MIN) return `Postgres 14 or later is needed, not ${version}`;
  if (encoding !== 'UTF8') return `the database must be encoded in UTF8, not ${encoding}`;
  return null;
}
