import type { Pool, PoolClient } from 'pg';

/** All or nothing. A connection that may be in any state is not given back to the pool. */
export async function inTransaction<T>(
  pool: Pool,
  work: (client: PoolClient) => Promise<T>,
  begin: 'begin' | 'begin isolation level repeatable read read only' = 'begin',
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  // Between two statements a lost connection has nobody else to tell.
  const breaks = (error: Error): void => {
    broken ??= error;
  };
  client.on('error', breaks);
  try {
    await client.query(begin);
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
