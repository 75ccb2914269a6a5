import pg from 'pg';
import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql';
import { closedLoop, EVENT_DATA, EVENT_META, EVENT_TYPE, newAccounts } from './closed-loop.js';

type Consumed = {
  type: typeof EVENT_TYPE;
  data: Record<string, unknown>;
  metadata: Record<string, unknown>;
};

const IN_FLIGHT = 128;
const CONNECTIONS = 32;

/** The same events through emmett, a library that commits every append by itself. */
export async function emmettAppends(url: string): Promise<number> {
  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS });
  pool.on('error', () => {}); // The server may stop before a connection is closed.
  const store = getPostgreSQLEventStore(url, { connectionOptions: { pool } });
  await store.schema.migrate();
  const data = JSON.parse(EVENT_DATA) as Record<string, unknown>;
  const metadata = JSON.parse(EVENT_META) as Record<string, unknown>;
  const { perSecond } = await closedLoop(IN_FLIGHT, newAccounts('emmett'), async (account) => {
    const event: Consumed = { type: EVENT_TYPE, data, metadata };
    const expectedStreamVersion =
      account.revision < 0 ? ('STREAM_DOES_NOT_EXIST' as const) : BigInt(account.revision + 1);
    await store.appendToStream<Consumed>(account.stream, [event], { expectedStreamVersion });
    account.revision += 1;
  });
  await store.close();
  await pool.end();
  return perSecond;
}
