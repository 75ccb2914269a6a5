import type pg from 'pg';
import { CannotImportError } from '../errors.js';
import { rollBack } from '../source/old-database.js';
import { ACCOUNTS, addAccounts, isLockedOut, type GuardedTable } from './account-states.js';

/** Whoever else writes waits behind this lock as long as it is waited for. */
const LOCK_WAIT = '1s';
const TRIES_MAX = 10;

/**
 * Under a lock that waits for all writers of the tables, so that each of them has a row, whoever comes later
 * begins frozen: nobody begins there any more. Where one of them hangs, all others go on between two tries.
 */
export async function freezeEverybody(
  client: pg.ClientBase,
  tables: readonly GuardedTable[],
): Promise<void> {
  await addAccounts(client, tables);
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    if (await freezeWhoeverComes(client, tables)) return;
  }
  throw new CannotImportError('a writer of the old tables does not end: finish again later');
}

/** Whoever comes later begins free again. */
export const letEverybodyBegin = (client: pg.ClientBase): Promise<unknown> =>
  client.query(`alter table ${ACCOUNTS} alter column state set default 'free'`);

/** False: one of the writers takes too long. */
async function freezeWhoeverComes(
  client: pg.ClientBase,
  tables: readonly GuardedTable[],
): Promise<boolean> {
  await client.query('begin');
  try {
    await client.query(`set local lock_timeout = '${LOCK_WAIT}'`);
    for (const { name } of tables) {
      await client.query(`lock table ${name} in share row exclusive mode`);
    }
    await client.query(`alter table ${ACCOUNTS} alter column state set default 'frozen'`);
    await client.query('commit');
    return true;
  } catch (error) {
    await rollBack(client);
    if (isLockedOut(error)) return false;
    throw error;
  }
}
