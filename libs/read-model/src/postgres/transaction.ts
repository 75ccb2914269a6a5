import type { Pool, PoolClient } from 'pg';

/**
 * For writing the tables. They follow from the events: what a crash of the server takes of the last
 * commits, rows and checkpoint together, is written again. And whatever the planner knows of young
 * tables, a batch goes by their keys.
 */
const BEGIN_WRITING = 'begin; set local synchronous_commit = off; set local random_page_cost = 1.0';

const BEGIN = {
  default: 'begin',
  snapshot: 'begin isolation level repeatable read read only',
  writing: BEGIN_WRITING,
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
  const breaks = (error: Error): void => {
    broken ??= error;
  };
  client.on('error', breaks);
  try {
    await client.query(BEGIN[kind]);
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(breaks);
    throw error;
  } finally {
    if (broken === undefined) client.off('error', breaks);
    client.release(broken);
  }
}
