import pg from 'pg';
import { WRITER } from './migrations/005-writer.js';
import { DEFAULTS, type PostgresObserver, type PostgresOptions } from './options.js';

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
export type TakenRole = 'writer' | 'login';

export function postgresPools(
  url: string,
  options: PostgresOptions = {},
  observer: PostgresObserver = {},
  role: TakenRole = 'writer',
): PostgresPools {
  const settings = { ...DEFAULTS, ...options };
  const common: pg.ClientConfig = {
    connectionString: url,
    connectionTimeoutMillis: settings.connectMsMax,
    statement_timeout: settings.statementMsMax,
    lock_timeout: settings.lockMsMax,
    query_timeout: settings.callMsMax,
    keepAlive: true,
    application_name: 'points-ledger event store',
    options: [...(role === 'writer' ? [`role=${WRITER}`] : []), ...PLANS]
      .map((setting) => `-c ${setting}`)
      .join(' '),
  };
  const pool = (max: number) => {
    const made = new pg.Pool({ ...common, max });
    made.on('error', (cause) => observer.connectionLost?.(cause));
    // While a client is lent out the pool does not listen, and a lost connection would be nobody's.
    made.on('connect', (client) => client.on('error', () => {}));
    return made;
  };
  return {
    append: pool(settings.lanes),
    read: pool(settings.readersMax),
    listener: () => new pg.Client(common),
  };
}
