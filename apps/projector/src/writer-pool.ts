import pg from 'pg';
import type { Log } from '#platform/process';

const POOL_MAX = 6;
const CONNECT_MS_MAX = 5_000;

/** Connections that send the next query before the last one is answered. */
export function createWriterPool(database: string, statementMsMax: number, log: Log): pg.Pool {
  const pool = new pg.Pool({
    connectionString: database,
    max: POOL_MAX,
    connectionTimeoutMillis: CONNECT_MS_MAX,
    statement_timeout: statementMsMax,
    application_name: 'points-ledger projector',
    pipeline: true,
  });
  pool.on('error', (err) => log.warn({ err }, 'database connection lost'));
  return pool;
}
