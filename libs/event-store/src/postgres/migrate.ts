import { createHash } from 'node:crypto';
import pg from 'pg';
import { PermanentStoreError } from '../port.js';
import { GRANTS } from './grants.js';
import { createEvents } from './migrations/001-events.js';
import { createAppend } from './migrations/002-append.js';
import { makeAppendOnly } from './migrations/003-append-only.js';
import { createSnapshots } from './migrations/004-snapshots.js';
import { createWriter } from './migrations/005-writer.js';
import { sealSnapshots } from './migrations/006-sealed-snapshots.js';

/** Forward only: a step that was once released is never changed, another is added. */
export const MIGRATIONS: readonly string[] = [
  createEvents,
  createAppend,
  makeAppendOnly,
  createSnapshots,
  createWriter,
  sealSnapshots,
];

/** Any number, the same for all who migrate an event store in one database. */
const LOCK = 5_701_734_422;
const LOCK_MS_MAX = 60_000;
const VERSION_MIN = 140_000;

const digestOf = (sql: string) => createHash('sha256').update(sql).digest('hex');

export interface AppliedMigration {
  readonly number: number;
  readonly digest: string;
}

/** Brings the schema of the database to `runTo`, all or nothing; a second caller waits, then finds it done. */
export async function migrateEventStore(url: string, upTo = MIGRATIONS.length): Promise<void> {
  const client = new pg.Client({ connectionString: url, lock_timeout: LOCK_MS_MAX });
  client.on('error', () => {}); // the query that is under way rejects with it
  await client.connect();
  try {
    await assertServerSupported(client);
    await client.query('begin');
    await client.query('select pg_advisory_xact_lock($1)', [LOCK]);
    await applyMigrations(client, upTo);
    if (upTo >= MIGRATIONS.length) await client.query(GRANTS);
    await client.query('commit');
  } finally {
    await client.end();
  }
}

async function assertServerSupported(client: pg.Client): Promise<void> {
  const { rows } = await client.query<Server>(
    `select current_setting('server_version_num')::int as version,
      current_setting('server_encoding') as encoding`,
  );
  const [server] = rows;
  const because = server && unsupportedReason(server);
  if (because) throw new PermanentStoreError('misconfigured', because);
}

interface Server {
  /** As 180004 for 18.4. */
  readonly version: number;
  readonly encoding: string;
}

/** Why a server can't hold events; null: it can. */
export function unsupportedReason({ version, encoding }: Server): string | null {
  if (version < VERSION_MIN) return `Postgres 14 or later is needed, not ${version}`;
  if (encoding !== 'UTF8') return `the database must be encoded in UTF8, not ${encoding}`;
  return null;
}

async function applyMigrations(client: pg.Client, upTo: number): Promise<void> {
  await client.query(`
    create schema if not exists event_store;
    create table if not exists event_store.migrations (
      number int primary key, digest text not null, taken_at timestamptz not null default now()
    )`);
  const { rows: taken } = await client.query<AppliedMigration>(
    'select number, digest from event_store.migrations order by number',
  );
  assertKnownMigrations(taken);
  for (const [index, sql] of MIGRATIONS.slice(0, upTo).entries()) {
    const number = index + 1;
    if (taken.some((step) => step.number === number)) continue;
    await client.query(sql);
    await client.query('insert into event_store.migrations (number, digest) values ($1, $2)', [
      number,
      digestOf(sql),
    ]);
  }
}

export function assertKnownMigrations(taken: readonly AppliedMigration[]): void {
  for (const { number, digest } of taken) {
    const known = MIGRATIONS[number - 1];
    if (known !== undefined && digestOf(known) === digest) continue;
    throw new PermanentStoreError(
      'misconfigured',
      `the event store took migration ${number}, which this program ${known === undefined ? 'does not know: it is older than the database' : 'has otherwise'}`,
    );
  }
}
