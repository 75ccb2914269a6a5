import pg from 'pg';
import { EVENT_WRITER } from './migrations/005-writer.js';
import {
  DEFAULT_POSTGRES_OPTIONS,
  type PostgresObserver,
  type PostgresOptions,
} from './options.js';

/** The connection pools of one store. */
export interface PostgresPools {
  readonly append: pg.Pool;
  readonly read: pg.Pool;
  /** Creates a client for notifications. It is not connected yet. */
  readonly listener: () => pg.Client;
}

/**
 * Settings that make every query use an index, also when its table was empty at the time of planning,
 * and for a stream that is much longer than the others.
 */
const PLANS = ['plan_cache_mode=force_generic_plan', 'enable_seqscan=off', 'enable_bitmapscan=off'];

/**
 * With `writer`, connections assume the role that may only read and append, so that the owner of the
 * schema cannot change it by accident. With `login`, they keep the privileges of the login.
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
    // The pool does not handle errors of a client in use, and an unhandled `error` event ends the process.
    created.on('connect', (client) => client.on('error', () => {}));
    return created;
  };
  return {
    append: pool(resolved.concurrentBatches),
    read: pool(resolved.readersMax),
    listener: () => new pg.Client(common),
  };
}
