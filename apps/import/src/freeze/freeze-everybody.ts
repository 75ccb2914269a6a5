import type pg from 'pg';
import { rollBack } from '../source/old-database.js';
import { ACCOUNTS, addAccounts, type GuardedTable } from './account-states.js';

/**
 * Under a lock that waits for all writers of the tables, whoever came last gets a row, and whoever comes
 * later begins frozen: nobody begins there any more.
 */
export async function freezeEverybody(
  client: pg.ClientBase,
  tables: readonly GuardedTable[],
): Promise<void> {
  await client.query('begin');
  try {
    await client.query("set local lock_timeout = '10s'");
    for (const { name } of tables) {
      await client.query(`lock table ${name} in share row exclusive mode`);
    }
    await client.query(`alter table ${ACCOUNTS} alter column state set default 'frozen'`);
    await addAccounts(client, tables);
    await client.query('commit');
  } catch (error) {
    await rollBack(client);
    throw error;
  }
}
