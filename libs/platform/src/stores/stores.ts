import pg from 'pg';
import {
  EventStoreDbEventStore,
  PostgresSnapshotStore,
  followsDirectly,
  openMigratedEventStore,
  type EventStore,
  type SnapshotStore,
} from '#event-store';
import { STREAM_PREFIX } from '#identity';
import { PostgresReadTables, type FollowsDirectly, type ReadTables } from '#read-model';
import type { Log } from '../log/log.js';
import { prepareEventStore, prepareReadTables, type DatabaseAccess } from './database-readiness.js';
import type { LedgerVariables } from '../config/ledger-variables.js';
import { checkEventStoreDbServer } from './eventstoredb-check.js';

/** The read tables of this ledger, where one database holds those of several. */
export const TABLES_NAME = 'points';
/** Whatever else a cluster keeps, the ledger's streams begin with it. */
const POOL_MAX = 10;
const CONNECT_MS_MAX = 5_000;
const STATEMENT_MS_MAX = 30_000;

export interface Stores {
  readonly events: EventStore;
  readonly snapshots: SnapshotStore;
  readonly tables: ReadTables;
  /** Of the database with the read tables. */
  readonly pool: pg.Pool;
  /** Where positions are dense: that nothing lies between two of them. */
  readonly followsDirectly: FollowsDirectly | null;
  /** The database's time of day, in milliseconds. */
  readonly databaseTimeOfDay: () => Promise<number>;
  close(): Promise<void>;
}

type Addresses = Pick<LedgerVariables, 'EVENT_STORE' | 'DATABASE_URL'>;

/** What the addresses name, once it is known that the process can do there what it needs to. */
export async function openStores(
  { EVENT_STORE: eventStore, DATABASE_URL: database }: Addresses,
  log: Log,
  accesses: readonly DatabaseAccess[] = [],
): Promise<Stores> {
  // Snapshots stand beside the events' schema, also where the events are elsewhere.
  await prepareReadTables(database, accesses, log);
  const pool = new pg.Pool({
    connectionString: database,
    max: POOL_MAX,
    connectionTimeoutMillis: CONNECT_MS_MAX,
    statement_timeout: STATEMENT_MS_MAX,
    application_name: 'points-ledger read tables',
  });
  pool.on('error', (err) => log.warn({ err }, 'database connection lost'));
  try {
    const events = await openEventStore(eventStore, accesses, log);
    return {
      events,
      snapshots: new PostgresSnapshotStore(pool),
      tables: new PostgresReadTables(pool, TABLES_NAME),
      pool,
      followsDirectly: isPostgres(eventStore) ? followsDirectly : null,
      databaseTimeOfDay: () => timeOfDay(pool),
      close: async () => {
        await events.close();
        await pool.end();
      },
    };
  } catch (error) {
    await pool.end();
    throw error;
  }
}

const isPostgres = (url: string): boolean => /^postgres(ql)?:/.test(url);

/** The port's adapter for an address: by its scheme. */
async function openEventStore(
  url: string,
  accesses: readonly DatabaseAccess[],
  log: Log,
): Promise<EventStore> {
  const followInterrupted = (err: unknown, waitMs: number): void =>
    log.warn({ err, waitMs }, 'follow interrupted');
  if (!isPostgres(url)) {
    void checkEventStoreDbServer(url, log);
    return new EventStoreDbEventStore(
      url,
      { streamPrefix: STREAM_PREFIX },
      { followInterrupted, clientReplaced: (err) => log.warn({ err }, 'store client replaced') },
    );
  }
  const role = await prepareEventStore(url, accesses, log);
  return openMigratedEventStore(
    url,
    {},
    {
      followInterrupted,
      callRetried: (err, waitMs) => log.warn({ err, waitMs }, 'append call repeated'),
      appendsUnknown: (appends, err) => log.warn({ appends, err }, 'appends unknown'),
      batchSplit: (appends, err) => log.warn({ appends, err }, 'append batch split'),
      connectionLost: (err) => log.warn({ err }, 'store connection lost'),
    },
    role,
  );
}

async function timeOfDay(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ ms: string }>(
    'select (extract(epoch from clock_timestamp()) * 1000)::bigint as ms',
  );
  return Number(rows[0]?.ms);
}
