import pg from 'pg';
import { EVENT_DATA, EVENT_META, EVENT_TYPE, eventId } from './closed-loop.js';

const ROWS = 500;
const WARM_UP_MS = 500;
const MEASURED_MS = 5_000;
const USERS = 10_000;
const HASH = Buffer.alloc(32, 7);

const COLUMNS = ['position', 'revision', 'id', 'stream', 'type', 'data', 'meta', 'hash'];
const rowOf = (place: number) => [
  place,
  Math.floor(place / USERS),
  eventId(place),
  `points-raw-user-${place % USERS}`,
  EVENT_TYPE,
  EVENT_DATA,
  EVENT_META,
  HASH,
];

/** The upper bound of Postgres: the same bytes and indexes without any checks. */
export async function rawInserts(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('create table raw_events (like event_store.events including all)');
  const width = COLUMNS.length;
  const row = (_: unknown, r: number) =>
    `(${COLUMNS.map((_column, c) => `$${r * width + c + 1}`).join(',')})`;
  const text = `insert into raw_events (${COLUMNS.join(',')}) values ${Array.from({ length: ROWS }, row).join(',')}`;
  let place = 0;
  const insertUntil = async (end: number) => {
    const before = place;
    while (performance.now() < end) {
      const values = Array.from({ length: ROWS }, (_, r) => rowOf(place + r)).flat();
      place += ROWS;
      await client.query({ name: 'raw', text, values });
    }
    return place - before;
  };
  await insertUntil(performance.now() + WARM_UP_MS);
  const begun = performance.now();
  const rows = await insertUntil(begun + MEASURED_MS);
  const perSecond = rows / ((performance.now() - begun) / 1000);
  await client.query('drop table raw_events');
  await client.end();
  return Math.round(perSecond);
}
