import { Client, Pool } from 'pg';

import { migrate } from './migrate.js';

export interface TestDatabase {
  /** Connections to a schema of its own: as good as an empty database, and sooner made. */
  emptyPool(): Promise<Pool>;
  /** The same with the read tables in it. */
  migratedPool(): Promise<Pool>;
  drop(): Promise<void>;
}

/** A database for one spec file. */
export async function createTestDatabase(name: string): Promise<TestDatabase> {
  const server = process.env['TEST_PG_URL'];
  if (server === undefined) throw new Error('TEST_PG_URL names no server');
  const database = `${name}_${process.pid}`;
  await onServer(server, `drop database if exists ${database}`);
  await onServer(server, `create database ${database}`);
  const url = new URL(server);
  url.pathname = `/${database}`;
  const pools: Pool[] = [];
  const emptyPool = async (): Promise<Pool> => {
    const schema = `s${pools.length}`;
    const pool = new Pool({
      connectionString: url.href,
      options: `-c search_path=${schema}`,
      max: 8,
    });
    // A test that ends a backend on purpose ends idle connections too.
    pool.on('error', () => undefined);
    pools.push(pool);
    await pool.query(`create schema ${schema}`);
    return pool;
  };
  return {
    emptyPool,
    async migratedPool() {
      const pool = await emptyPool();
      await migrate(pool);
      return pool;
    },
    async drop() {
      await Promise.all(pools.map((pool) => pool.end()));
      await onServer(server, `drop database ${database} with (force)`);
    },
  };
}

async function onServer(connectionString: string, sql: string): Promise<void> {
  const client = new Client({ connectionString });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}
