import type { Pool, PoolClient } from 'pg';

const SNAPSHOT = 'begin isolation level repeatable read read only';

/** Whatever the planner knows of young tables, a batch goes by their keys. */
const PLAN_BY_KEYS = `set local random_page_cost = 1.0; set local enable_hashjoin = off;
  set local enable_mergejoin = off`;

/**
 * The tables follow from the events: what a crash of the server takes of the last commits, rows and
 * checkpoint together, is written again.
 */
const ASYNCHRONOUS_COMMIT = 'set local synchronous_commit = off';

const BEGIN = {
  default: 'begin',
  snapshot: SNAPSHOT,
  loading: `${SNAPSHOT}; ${PLAN_BY_KEYS}`,
  writing: `begin; ${ASYNCHRONOUS_COMMIT}; ${PLAN_BY_KEYS}`,
} as const;

/** All or nothing. A connection that may be in any state is not given back to the pool. */
export async function inTransaction<T>(
  pool: Pool,
  work: (client: PoolClient) => Promise<T>,
  kind: keyof typeof BEGIN = 'default',
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  // Between two statements a lost connection has nobody else to tell.
  const onError = (error: Error): void => {
    broken ??= error;
  };
  client.on('error', onError);
  try {
    await client.query(BEGIN[kind]);
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(onError);
    throw error;
  } finally {
    if (broken === undefined) client.off('error', onError);
    client.release(broken);
  }
}
