import { sleep } from '#async';
import type { ClientBase } from 'pg';
import type { MigrationPlan } from './migration-plan.js';

const WAIT_MS_MAX = 60_000;
const POLL_MS = 100;

/**
 * Holds the lock of a plan for the session. It is polled: a statement that waits for a lock has a
 * snapshot, and an index that is built concurrently would wait for that statement in turn.
 */
export async function withMigrationLock<T>(
  client: ClientBase,
  { lockKey, subject }: MigrationPlan,
  work: () => Promise<T>,
): Promise<T> {
  const giveUpAt = performance.now() + WAIT_MS_MAX;
  while (!(await tryLock(client, lockKey))) {
    if (performance.now() > giveUpAt) {
      throw new Error(
        `another process has been migrating the ${subject} for a minute: wait for it`,
      );
    }
    await sleep(POLL_MS);
  }
  try {
    return await work();
  } finally {
    // A lost connection has lost the lock, too.
    await client.query('select pg_advisory_unlock($1)', [lockKey]).catch(() => undefined);
  }
}

async function tryLock(client: ClientBase, key: number): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>(
    'select pg_try_advisory_lock($1) as locked',
    [key],
  );
  return rows[0]?.locked === true;
}
