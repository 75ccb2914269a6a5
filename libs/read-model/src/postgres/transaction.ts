import type { Pool, PoolClient } from 'pg';

const SNAPSHOT = 'begin isolation level repeatable read read only';

/** The planner has no statistics of a new table. Rows of a batch are always found by their keys. */
const PLAN_BY_KEYS = `set local random_page_cost = 1.0; set local enable_hashjoin = off;
  set local enable_mergejoin = off`;

/**
 * A crash of the server may lose the last commits, rows and checkpoint together. They are written again
 * from the events.
 */
const ASYNCHRONOUS_COMMIT = 'set local synchronous_commit = off';

const BEGIN = {
  default: 'begin',
  snapshot: SNAPSHOT,
  loading: `${SNAPSHOT}; ${PLAN_BY_KEYS}`,
  writing: `begin; ${ASYNCHRONOUS_COMMIT}; ${PLAN_BY_KEYS}`,
} as const;

/** Commits all or nothing. A broken connection is not returned to the pool. */
export async function inTransaction<T>(
  pool: Pool,
  work: (client: PoolClient) => Promise<T>,
  kind: keyof typeof BEGIN = 'default',
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  // A connection that is lost between two queries reports it here only.
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
