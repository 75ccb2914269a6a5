import { hash } from 'node:crypto';
import pg from 'pg';
import type { Position } from '#event-store';
import { STREAM_PREFIX } from '#identity';
import { CannotCheckError, cannotCheckError } from './errors.js';
import type {
  AccountHead,
  AccountPartition,
  EventHeader,
  EventSource,
  Span,
  StoreEnd,
  StoredEvent,
} from './event-source.js';
import { positionFromNumber, positionNumber } from './postgres-position.js';
import { prefetchPages } from './prefetch-pages.js';

/** So few that they are still in the processor's cache when they are parsed. */
const EVENTS_PER_PAGE = 400;
const HEADERS_PER_PAGE = 8_192;
const HEADS_PER_PAGE = 10_000;
/** Events of one span: a full subtree of the Merkle tree. */
const SPAN_EVENTS = 65_536;
const CONNECT_TIMEOUT_MS = 20_000;
const STATEMENT_TIMEOUT_MS = 600_000;
const CONNECTIONS_MAX = 2;

/** Pages are read along an index. A plan that sorts or scans the table would read it once per page. */
const SESSION_OPTIONS = [
  'default_transaction_read_only=on',
  'enable_sort=off',
  'enable_seqscan=off',
  'enable_bitmapscan=off',
  'jit=off',
  'max_parallel_workers_per_gather=0',
  'plan_cache_mode=force_generic_plan',
];

type Row = readonly string[];

/** Reads an event store in Postgres through connections that can't write, whoever they log in as. */
export class PostgresSource implements EventSource {
  readonly kind = 'postgres';
  readonly #pool: pg.Pool;

  constructor(url: string) {
    this.#pool = new pg.Pool({
      connectionString: url,
      max: CONNECTIONS_MAX,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      application_name: 'points-ledger audit',
      options: SESSION_OPTIONS.map((option) => `-c ${option}`).join(' '),
    });
    // Without a listener a lost idle connection would end the process. The next query reports it.
    this.#pool.on('error', () => {});
  }

  async end(): Promise<StoreEnd> {
    // One statement sees one moment: an append moves both together.
    const [row] = await this.#query(
      `select (select position from event_store.head)::text,
         (select max(position) from event_store.events)::text`,
      [],
    );
    const [head, last] = (row ?? []) as readonly (string | null)[];
    return {
      head: head == null || head === '0' ? null : positionFromNumber(head),
      last: last == null ? null : positionFromNumber(last),
    };
  }

  spans(last: Position): readonly Span[] {
    const spans: Span[] = [];
    for (let after = 0, end = positionNumber(last); after < end; after += SPAN_EVENTS) {
      const upTo = Math.min(after + SPAN_EVENTS, end);
      spans.push({
        after: positionFromNumber(after),
        upTo: positionFromNumber(upTo),
        events: upTo - after,
      });
    }
    return spans;
  }

  /** Pages are ranges of positions and not counts of rows, so that a repeated position is seen twice. */
  async *headers({ after, upTo }: Span): AsyncIterable<readonly EventHeader[]> {
    const last = positionNumber(upTo);
    const first = after === null ? 0 : positionNumber(after);
    yield* prefetchPages(async (from: number | null) => {
      const start = from ?? first;
      const end = Math.min(start + HEADERS_PER_PAGE, last);
      const rows = await this.#query(
        `select position, type, encode(hash, 'hex') from event_store.events
         where position > $1 and position <= $2 order by position`,
        [start, end],
      );
      const page = rows.map(([position = '', type = '', eventHash = '']) => ({
        position: positionFromNumber(position),
        type,
        hash: eventHash,
        stream: null,
      }));
      return { page, next: end < last ? end : null };
    });
  }

  async isComplete({ after, upTo, events }: Span, types: ReadonlySet<string>): Promise<boolean> {
    const first = after === null ? 0 : positionNumber(after);
    const [row] = await this.#query(COMPLETENESS_QUERY, [first, positionNumber(upTo), [...types]]);
    const [unknown, positions] = row ?? [];
    return unknown === '0' && positions === hashPositions(first, events ?? 0);
  }

  partitions(): readonly AccountPartition[] {
    const edges = Array.from({ length: 255 }, (_, index) => streamPrefix(index + 1));
    const starts = ['', ...edges];
    return starts.map((from, index) => ({ kind: 'range', from, to: edges[index] ?? null }));
  }

  accountEvents(
    partition: AccountPartition,
    upTo: Position,
  ): AsyncIterable<readonly StoredEvent[]> {
    if (partition.kind === 'list') throw new Error('a bug: Postgres lists its accounts itself');
    const { from, to } = partition;
    return this.#events(
      `(stream, revision) > ($1, $2) and position <= $3 ${to === null ? '' : 'and stream < $4'}`,
      'stream, revision',
      (last) => [
        last?.stream ?? from,
        last?.revision ?? -1,
        positionNumber(upTo),
        ...(to === null ? [] : [to]),
      ],
    );
  }

  streamEvents(stream: string, upTo: Position | null): AsyncIterable<readonly StoredEvent[]> {
    const end = upTo === null ? Number.MAX_SAFE_INTEGER : positionNumber(upTo);
    return this.#events('stream = $1 and revision > $2 and position <= $3', 'revision', (last) => [
      stream,
      last?.revision ?? -1,
      end,
    ]);
  }

  allEvents(upTo: Position): AsyncIterable<readonly StoredEvent[]> {
    return this.#events('position > $1 and position <= $2', 'position', (last) => [
      last === null ? 0 : positionNumber(last.position),
      positionNumber(upTo),
    ]);
  }

  /** Goes from name to name by the index; the events between them are not read. */
  async *accountHeads(upTo: Position): AsyncIterable<readonly AccountHead[]> {
    yield* prefetchPages(async (after: string | null) => {
      const values = [after ?? '', positionNumber(upTo), HEADS_PER_PAGE];
      const rows = await this.#query(ACCOUNT_HEADS_QUERY, values);
      const page = rows.flatMap(([stream = '', revision, eventHash]) =>
        revision == null ? [] : [{ stream, revision: Number(revision), hash: eventHash ?? '' }],
      );
      return { page, next: rows.length < HEADS_PER_PAGE ? null : (rows.at(-1)?.[0] ?? null) };
    });
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  /** Each page begins behind the last event of the one before, so a cursor needs no open transaction. */
  #events(
    where: string,
    order: string,
    valuesBehind: (last: StoredEvent | null) => readonly unknown[],
  ): AsyncIterable<readonly StoredEvent[]> {
    const text = `
      select position, stream, revision, id::text, type, data, meta, encode(hash, 'hex')
      from event_store.events where ${where} order by ${order} limit ${EVENTS_PER_PAGE}`;
    return prefetchPages(async (last: StoredEvent | null) => {
      const page = (await this.#query(text, valuesBehind(last))).map(storedEvent);
      return { page, next: page.length < EVENTS_PER_PAGE ? null : (page.at(-1) ?? null) };
    });
  }

  /** Statements are named, so that a connection plans each of them once. */
  async #query(text: string, values: readonly unknown[]): Promise<Row[]> {
    const name = hash('sha1', text, 'hex');
    const query = { name, text, values: [...values], rowMode: 'array' as const };
    try {
      return (await this.#pool.query<string[]>(query)).rows;
    } catch (error) {
      throw storeError(error);
    }
  }
}

const storedEvent = ([
  position = '',
  stream = '',
  revision,
  id = '',
  type = '',
  data = '',
  meta = '',
  eventHash = '',
]: Row): StoredEvent => ({
  position: positionFromNumber(position),
  stream,
  revision: Number(revision),
  id,
  type,
  data,
  meta,
  hash: eventHash,
});

/** Codes of Postgres for a schema and a table that do not exist. */
const MISSING_OBJECT_CODES = ['3F000', '42P01'];

function storeError(cause: unknown): Error {
  const { code } = cause as { code?: unknown };
  return typeof code === 'string' && MISSING_OBJECT_CODES.includes(code)
    ? new CannotCheckError('there is no event store in this database', { cause })
    : cannotCheckError("the event store can't be read", cause);
}

const streamPrefix = (index: number): string => STREAM_PREFIX + index.toString(16).padStart(2, '0');

/**
 * Counts events of unknown types and hashes all positions in the order of the index. They are not
 * sorted by their own values, because these are what is checked: in any other order, or with one
 * missing or repeated, the hash differs.
 */
const COMPLETENESS_QUERY = `
  select (count(*) filter (where not type = any($3)))::text as unknown,
    encode(sha256(string_agg(int8send(position), '')), 'hex') as positions
  from event_store.events where position > $1 and position <= $2`;

const POSITION_BYTES = 8;

/** The hash of `count` consecutive positions behind `after`. */
function hashPositions(after: number, count: number): string {
  const bytes = Buffer.alloc(count * POSITION_BYTES);
  for (let index = 0; index < count; index++) {
    bytes.writeBigInt64BE(BigInt(after + index + 1), index * POSITION_BYTES);
  }
  return hash('sha256', bytes, 'hex');
}

const ACCOUNT_HEADS_QUERY = `
  with recursive names as (
    (select stream from event_store.events where stream > $1 order by stream limit 1)
    union all
    select (select e.stream from event_store.events e where e.stream > n.stream
            order by e.stream limit 1)
    from names n where n.stream is not null
  )
  select n.stream, newest.revision::text, newest.hash
  from names n left join lateral (
    select e.revision, encode(e.hash, 'hex') as hash from event_store.events e
    where e.stream = n.stream and e.position <= $2 order by e.revision desc limit 1
  ) newest on true
  where n.stream is not null
  limit $3`;
