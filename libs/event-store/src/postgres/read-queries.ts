import type pg from 'pg';
import { STREAM_PAGE_MAX } from '../limits.js';
import type { Position, ReadOptions, RecordedEvent } from '../port.js';
import { positions } from './append-call.js';

const COLUMNS = 'position, revision, id, stream, type, data, meta, hash';

type Row = readonly [
  position: string,
  revision: string,
  id: string,
  stream: string,
  type: string,
  data: string,
  meta: string,
  hash: Uint8Array,
];

const recorded = ([
  position,
  revision,
  id,
  stream,
  type,
  data,
  meta,
  hash,
]: Row): RecordedEvent => ({
  id,
  type,
  data,
  meta,
  hash,
  stream,
  revision: Number(revision),
  position: positions.format(Number(position)),
});

async function read(
  pool: pg.Pool,
  name: string,
  text: string,
  values: readonly unknown[],
): Promise<RecordedEvent[]> {
  const { rows } = await pool.query<[...Row]>({
    name,
    text,
    values: [...values],
    rowMode: 'array',
  });
  return rows.map(recorded);
}

const FORWARDS = `select ${COLUMNS} from event_store.events
  where stream = $1 and revision >= $2 order by revision limit $3`;
const BACKWARDS = `select ${COLUMNS} from event_store.events
  where stream = $1 and revision <= $2 order by revision desc limit $3`;

export async function* readStream(
  pool: pg.Pool,
  stream: string,
  { from, limit = Infinity, backwards = false }: ReadOptions,
): AsyncIterable<RecordedEvent> {
  let next = from ?? (backwards ? Number.MAX_SAFE_INTEGER : 0);
  for (let left = limit; left > 0;) {
    const count = Math.min(left, STREAM_PAGE_MAX);
    const page = backwards
      ? await read(pool, 'backwards', BACKWARDS, [stream, next, count])
      : await read(pool, 'forwards', FORWARDS, [stream, next, count]);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < count) return;
    next = last.revision + (backwards ? -1 : 1);
    left -= page.length;
  }
}

const ALL = `select ${COLUMNS} from event_store.events
  where position > $1 order by position limit $2`;

/** The last position is enough to continue, because positions are dense and in commit order. */
export async function readAll(
  pool: pg.Pool,
  after: Position | null,
  limit: number,
): Promise<{ events: RecordedEvent[]; next: Position | null; atHead: boolean }> {
  // One more than the limit shows whether there are more.
  const found = await read(pool, 'all', ALL, [positions.parse(after), limit + 1]);
  const events = found.slice(0, limit);
  return {
    events,
    next: events.at(-1)?.position ?? after,
    atHead: found.length <= limit,
  };
}

export async function timeOfDay(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ ms: string }>({
    name: 'time of day',
    text: 'select (extract(epoch from clock_timestamp()) * 1000)::bigint as ms',
  });
  return Number(rows[0]?.ms);
}

export async function head(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ position: string }>({
    name: 'head',
    text: 'select position from event_store.head',
  });
  return Number(rows[0]?.position ?? 0);
}
