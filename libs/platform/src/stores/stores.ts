import pg from 'pg';
import {
  EventStoreDbEventStore,
  PostgresSnapshotStore,
  followsDirectly,
  openMigratedEventStore,
  type EventStore,
  type SnapshotStore,
} from '#event-store';
import { LEDGER_STREAM_PREFIXES } from '#identity';
import { RULES_NUMBERS } from '#ledger';
import { PostgresReadTables, type FollowsDirectly, type ReadTables } from '#read-model';
import type { Log } from '../log/log.js';
import { prepareEventStore, prepareReadTables, type DatabaseAccess } from './database-readiness.js';
import type { LedgerVariables } from '../config/ledger-variables.js';
import { checkEventStoreDbServer } from './eventstoredb-check.js';

/** Names the read tables of this ledger: a database can hold those of several. */
export const TABLES_NAME = 'points';
const POOL_MAX = 10;
const CONNECT_MS_MAX = 5_000;
const STATEMENT_MS_MAX = 30_000;

export interface Stores {
  readonly events: EventStore;
  readonly snapshots: SnapshotStore;
  readonly tables: ReadTables;
  /** Connections to the database with the read tables. */
  readonly pool: pg.Pool;
  /** Whether no event lies between two positions; null where positions are not dense. */
  readonly followsDirectly: FollowsDirectly | null;
  /** The database's time of day, in milliseconds. */
  readonly databaseTimeOfDay: () => Promise<number>;
  close(): Promise<void>;
}

type Addresses = Pick<LedgerVariables, 'EVENT_STORE' | 'DATABASE_URL'>;

/** Opens the stores, after checking that the process has the privileges it needs. */
export async function openStores(
  { EVENT_STORE: eventStore, DATABASE_URL: database }: Addresses,
  log: Log,
  accesses: readonly DatabaseAccess[] = [],
): Promise<Stores> {
  // Snapshots are stored beside the read tables, wherever the events are.
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

/** Chooses the adapter by the scheme of the address. */
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
      { streamPrefixes: LEDGER_STREAM_PREFIXES },
      { followInterrupted, clientReplaced: (err) => log.warn({ err }, 'store client replaced') },
    );
  }
  const role = await prepareEventStore(url, accesses, log);
  return openMigratedEventStore(
    url,
    { rulesKnown: Math.max(...RULES_NUMBERS) },
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
