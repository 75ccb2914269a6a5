import pg from 'pg';
import { closedLoop, newAccounts, nextEvent } from './closed-loop.js';

const IN_FLIGHT = 128;
/** More of them do not help on a small machine. */
const CONNECTIONS = 32;

const APPEND = `insert into single_events (revision, id, stream, type, data, meta, hash)
  select $1::bigint + 1, $2::uuid, $3, $4, $5, $6, $7
  where $1 = coalesce((select max(revision) from single_events where stream = $3), -1)`;

/**
 * One transaction per append, side by side, as most libraries do it: same bytes, same indexes, the
 * revision checked. Positions come from a sequence, so a reader could miss events: this is faster
 * than anything correct that commits each append by itself.
 */
export async function singleAppends(url: string): Promise<number> {
  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS });
  pool.on('error', () => {}); // the server may end before a connection has
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
