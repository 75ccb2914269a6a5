import { Client, Pool, type PoolConfig } from 'pg';

import { migrate } from '#read-model';

export interface TestDatabase {
  /** Connections to a schema of its own: as good as an empty database, and sooner made. */
  emptyPool(): Promise<Pool>;
  /** The same with the read tables in it. */
  migratedPool(): Promise<Pool>;
  /** More connections to the schema of another pool, as another process would have. */
  beside(pool: Pool, config?: PoolConfig): Pool;
  /** Ends all pools, so that the next test finds free connections on the server. */
  endPools(): Promise<void>;
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
  let schemas = 0;
  const endPools = async (): Promise<void> => {
    await Promise.all(pools.splice(0).map((pool) => pool.end()));
  };
  const open = (config: PoolConfig): Pool => {
    const pool = new Pool(config);
    // A test that ends a backend on purpose ends idle connections too.
    pool.on('error', () => undefined);
    pools.push(pool);
    return pool;
  };
  const emptyPool = async (): Promise<Pool> => {
    const schema = `s${schemas++}`;
    const options = `-c search_path=${schema}`;
    const pool = open({ connectionString: url.href, options, max: 8, idleTimeoutMillis: 200 });
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
    beside: (pool, config) => open({ ...pool.options, ...config }),
    endPools,
    async drop() {
      await endPools();
      await onServer(server, `drop database ${database} with (force)`);
    },
  };
}

async function onServer(connectionString: string, sql: string): Promise<void> {
  const client = new Client({ connectionString });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}
