import pg from 'pg';
import { EVENT_WRITER } from './migrations/005-writer.js';
import {
  DEFAULT_POSTGRES_OPTIONS,
  type PostgresObserver,
  type PostgresOptions,
} from './options.js';

/** The connections of one store. */
export interface PostgresPools {
  readonly append: pg.Pool;
  readonly read: pg.Pool;
  /** One more, not connected yet, to listen on. */
  readonly listener: () => pg.Client;
}

/**
 * Everything that is asked here goes along an index, also in a table that was empty when the
 * statement was first planned, and along a stream far longer than the others.
 */
const PLANS = ['plan_cache_mode=force_generic_plan', 'enable_seqscan=off', 'enable_bitmapscan=off'];

/**
 * Whether connections take the role that can only read and add, which keeps one who owns the schema
 * from an accident, or stay who they log in as, with the rights of that login.
 */
export type ConnectionRole = 'writer' | 'login';

export function postgresPools(
  url: string,
  options: PostgresOptions = {},
  observer: PostgresObserver = {},
  role: ConnectionRole = 'writer',
): PostgresPools {
  const resolved = { ...DEFAULT_POSTGRES_OPTIONS, ...options };
  const common: pg.ClientConfig = {
    connectionString: url,
    connectionTimeoutMillis: resolved.connectMsMax,
    statement_timeout: resolved.statementMsMax,
    lock_timeout: resolved.lockMsMax,
    query_timeout: resolved.callMsMax,
    keepAlive: true,
    application_name: 'points-ledger event store',
    options: [...(role === 'writer' ? [`role=${EVENT_WRITER}`] : []), ...PLANS]
      .map((setting) => `-c ${setting}`)
      .join(' '),
  };
  const pool = (max: number) => {
    const created = new pg.Pool({ ...common, max });
    created.on('error', (cause) => observer.connectionLost?.(cause));
    // While a client is lent out the pool does not listen, and a lost connection would be nobody's.
    created.on('connect', (client) => client.on('error', () => {}));
    return created;
  };
  return {
    append: pool(resolved.concurrentBatches),
    read: pool(resolved.readersMax),
    listener: () => new pg.Client(common),
  };
}
