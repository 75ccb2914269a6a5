import type { Pool } from 'pg';
import { TABLES_NAME, openStores } from '#platform';
import type { EventStore } from '#event-store';
import {
  PostgresReadTables,
  PostgresTableWriter,
  type FollowsDirectly,
  type ReadTables,
  type TableWriter,
} from '#read-model';
import { createLog } from '#platform/process';
import { createTestDatabase } from '#testing';
import { VersionWriter } from '#settings/testing';
import { openTestApi, type TestApi, type TestApiOptions } from './api-fixture.js';

/** The whole API on a new database, which stores the events and the read tables. */
export interface ApiOnPostgres {
  readonly api: TestApi;
  readonly pool: Pool;
  readonly store: EventStore;
  readonly tables: ReadTables & TableWriter;
  readonly followsDirectly: FollowsDirectly | null;
  close(): Promise<void>;
}

export async function openApiOnPostgres(
  databaseName: string,
  parts: TestApiOptions['parts'] = {},
  { readSettings = false } = {},
): Promise<ApiOnPostgres> {
  const database = await createTestDatabase(databaseName);
  const url = (await database.emptyPool()).options.connectionString ?? '';
  const log = createLog({ app: 'api', level: 'silent' });
  const stores = await openStores({ EVENT_STORE: url, DATABASE_URL: url }, log, [
    'append',
    'read tables',
  ]);
  const { events: store, pool, followsDirectly } = stores;
  const tables = openWritableTables(pool, followsDirectly);
  // The settings say rules 1, as they do where they are not read.
  if (readSettings)
    await new VersionWriter(store).write({ at: new Date().toISOString(), rules: 1 });
  const api = await openTestApi({ store, tables, parts, readSettings });
  return {
    api,
    pool,
    store,
    tables,
    followsDirectly,
    async close() {
      await api.close();
      await stores.close();
      await database.drop();
    },
  };
}

/** Reads the live tables, and writes version 1 of them. */
function openWritableTables(
  pool: Pool,
  followsDirectly: FollowsDirectly | null,
): ReadTables & TableWriter {
  const writer = new PostgresTableWriter(pool, {
    name: TABLES_NAME,
    version: 1,
    ...(followsDirectly !== null && { followsDirectly }),
  });
  return Object.assign(new PostgresReadTables(pool, TABLES_NAME), {
    checkpoint: writer.checkpoint.bind(writer),
    write: writer.write.bind(writer),
    writeWithParking: writer.writeWithParking.bind(writer),
    waitForCapacity: writer.waitForCapacity.bind(writer),
  });
}
