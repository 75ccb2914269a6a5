import pg from 'pg';
import { followsDirectly, type EventStore } from '#event-store';
import { Projector } from '#projection';
import { PostgresReadTables, migrate } from '#read-model';
import { eventuallyHolds } from '#testing';

/** The projector brings the read tables in the database of the ledger to the head of the store. */
export async function projectLedger(ledger: string, store: EventStore): Promise<void> {
  const pool = new pg.Pool({ connectionString: ledger });
  const stop = new AbortController();
  const failures: unknown[] = [];
  try {
    await migrate(pool);
    const projector = new Projector({
      store,
      pool,
      name: 'points',
      now: () => Date.now(),
      followsDirectly,
      observer: {
        parked: (_, account) => failures.push(account),
        poisoned: (_, cause) => failures.push(cause),
        failed: (_, cause) => failures.push(cause),
      },
    });
    const running = projector.run(stop.signal);
    running.catch((error: unknown) => failures.push(error));
    const tables = new PostgresReadTables(pool, 'points');
    const head = await store.head();
    await eventuallyHolds(
      'the read tables are at the head',
      async () => failures.length > 0 || (await tables.position()) === head,
    );
    stop.abort();
    await running;
  } finally {
    stop.abort();
    await pool.end();
  }
  if (failures.length > 0) throw new AggregateError(failures, 'the projector failed');
}
