import pg from 'pg';
import { closedLoop, newAccounts, nextEvent } from './closed-loop.js';

const IN_FLIGHT = 128;
/** More connections do not help on a small machine. */
const CONNECTIONS = 32;

const APPEND = `insert into single_events (revision, id, stream, type, data, meta, hash)
  select $1::bigint + 1, $2::uuid, $3, $4, $5, $6, $7
  where $1 = coalesce((select max(revision) from single_events where stream = $3), -1)`;

/**
 * One transaction per append, concurrently, as in most libraries, with the same bytes and indexes and
 * a check of the revision. Positions come from a sequence, so that a reader could miss events: this is
 * faster than any correct store that commits each append by itself.
 */
export async function singleAppends(url: string): Promise<number> {
  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS });
  pool.on('error', () => {}); // The server may stop before a connection is closed.
  await pool.query('create table single_events (like event_store.events including all)');
  await pool.query(
    'create sequence single_position; alter table single_events alter position set default nextval($$single_position$$)',
  );
  const { perSecond } = await closedLoop(IN_FLIGHT, newAccounts('single'), async (account) => {
    const { id, type, data, meta, hash } = nextEvent(account);
    const values = [account.revision, id, account.stream, type, data, meta, hash];
    const { rowCount } = await pool.query({ name: 'single', text: APPEND, values });
    if (rowCount !== 1) throw new Error('an append was not written');
    account.revision += 1;
    account.hash = hash;
  });
  await pool.query('drop table single_events');
  await pool.end();
  return perSecond;
}
