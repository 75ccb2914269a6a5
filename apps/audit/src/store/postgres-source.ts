import { hash } from 'node:crypto';
import pg from 'pg';
import type { Position } from '#event-store';
import { STREAM_PREFIX } from '#identity';
import { putInt8 } from './byte-strings.js';
import type {
  AccountHead,
  StoreEnd,
  EventHeader,
  EventSource,
  AccountPartition,
  Span,
  StoredEvent,
} from './event-source.js';
import { CannotCheckError, cannotCheckError } from './errors.js';
import { copyRows } from './copy/copy-rows.js';
import { lendingSocket } from './copy/reused-buffer-socket.js';
import { prefetchPages } from './prefetch-pages.js';
import { STORED_COLUMNS, positionNumber, positionFromNumber, rowDecoder } from './postgres-rows.js';

/** Of one statement: at most so many and a page wait in memory for a reader that takes its time. */
const COPIED_ROWS_MAX = 2_000;
const HEADS_PER_PAGE = 10_000;
/** Events of one span: a full subtree of the Merkle tree. */
export const SPAN_EVENTS = 65_536;
const HEADERS_PER_PAGE = 8_192;
const CONNECT_TIMEOUT_MS = 20_000;
const STATEMENT_TIMEOUT_MS = 600_000;
const CONNECTIONS_MAX = 2;
type Row = readonly string[];

/** Reads through connections that can't write, whoever they log in as. */
export class PostgresSource implements EventSource {
  readonly kind = 'postgres';
  readonly #pool: pg.Pool;

  constructor(url: string) {
    this.#pool = new pg.Pool({
      connectionString: url,
      stream: lendingSocket,
      max: CONNECTIONS_MAX,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      application_name: 'points-ledger audit',
      // Pages are read along an index, in one go: nothing is ever sorted that is larger than a page.
      options:
        '-c default_transaction_read_only=on -c enable_sort=off -c enable_seqscan=off -c enable_bitmapscan=off -c jit=off -c max_parallel_workers_per_gather=0 -c plan_cache_mode=force_generic_plan',
    });
    this.#pool.on('error', () => {}); // the next query says so
  }

  async end(): Promise<StoreEnd> {
    // One statement sees one moment: an append moves both together.
    const [row] = await this.#rows(
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

  /** By ranges of positions and not by counting rows: what stands twice is seen twice. */
  async *headers({ after, upTo }: Span): AsyncIterable<readonly EventHeader[]> {
    const last = positionNumber(upTo);
    const first = after === null ? 0 : positionNumber(after);
    yield* prefetchPages(async (from: number | null) => {
      const start = from ?? first;
      const end = Math.min(start + HEADERS_PER_PAGE, last);
      const rows = await this.#rows(
        `select position::text as place, type, encode(hash, 'hex') from event_store.events
         where position > $1 and position <= $2 order by position`,
        [start, end],
      );
      const page = rows.map(([position = '', type = '', hash = '']) => ({
        position: positionFromNumber(position),
        type,
        hash,
        stream: null,
      }));
      return { page, next: end < last ? end : null };
    });
  }

  async isComplete({ after, upTo, events }: Span, types: ReadonlySet<string>): Promise<boolean> {
    const first = after === null ? 0 : positionNumber(after);
    const [row] = await this.#rows(COMPLETENESS_QUERY, [first, positionNumber(upTo), [...types]]);
    const [strange, places] = row ?? [];
    return strange === '0' && places === hashPositions(first, events ?? 0);
  }

  partitions(): readonly AccountPartition[] {
    const edges = Array.from({ length: 255 }, (_, at) => streamPrefix(at + 1));
    const starts = ['', ...edges];
    return starts.map((from, at) => ({ kind: 'range', from, to: edges[at] ?? null }));
  }

  async *accountEvents(
    part: AccountPartition,
    upTo: Position,
  ): AsyncIterable<readonly StoredEvent[]> {
    if (part.kind === 'list') throw new Error('a bug: this store finds accounts by itself');
    const bound = part.to === null ? '' : `and stream < ${text(part.to)}`;
    yield* this.#events(
      'stream, revision',
      (before) =>
        `(stream, revision) > (${text(before?.stream ?? part.from)}, ${before?.revision ?? -1})
         and position <= ${positionNumber(upTo)} ${bound}`,
    );
  }

  async *streamEvents(
    stream: string,
    upTo: Position | null,
  ): AsyncIterable<readonly StoredEvent[]> {
    const last = upTo === null ? Number.MAX_SAFE_INTEGER : positionNumber(upTo);
    yield* this.#events(
      'revision',
      (before) =>
        `stream = ${text(stream)} and revision > ${before?.revision ?? -1} and position <= ${last}`,
    );
  }

  async *allEvents(upTo: Position): AsyncIterable<readonly StoredEvent[]> {
    yield* this.#events(
      'position',
      (before) =>
        `position > ${before === null ? 0 : positionNumber(before.position)} and position <= ${positionNumber(upTo)}`,
    );
  }

  /** From name to name by the index: what lies between them is not read. */
  async *accountHeads(upTo: Position): AsyncIterable<readonly AccountHead[]> {
    yield* prefetchPages(async (after: string | null) => {
      const rows = await this.#rows(ACCOUNT_HEADS_QUERY, [
        after ?? '',
        positionNumber(upTo),
        HEADS_PER_PAGE,
      ]);
      const page = rows.flatMap(([stream = '', revision, hash]) =>
        revision == null ? [] : [{ stream, revision: Number(revision), hash: hash ?? '' }],
      );
      return { page, next: rows.length < HEADS_PER_PAGE ? null : (rows.at(-1)?.[0] ?? null) };
    });
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async *#events(
    order: string,
    where: (before: StoredEvent | null) => string,
  ): AsyncIterable<readonly StoredEvent[]> {
    const client = await orCannotCheckStore(() => this.#pool.connect());
    client.on('error', ignore);
    let isIdle = false;
    try {
      const stored = rowDecoder();
      const copyBehind = (before: StoredEvent | null) =>
        copyRows(
          client,
          `select ${STORED_COLUMNS}
           from event_store.events where ${where(before)} order by ${order} limit ${COPIED_ROWS_MAX}`,
          stored,
        );
      let copy = copyBehind(null);
      let coming = copy.next();
      for (let rows = 0; ;) {
        const { value: page } = await coming;
        if (page === undefined) break;
        rows += page.length;
        if (rows === COPIED_ROWS_MAX) {
          await copy.next(); // its end: a connection does one thing at a time
          // The server goes on while these are read.
          copy = copyBehind(page.at(-1) ?? null);
          rows = 0;
        }
        coming = copy.next();
        coming.catch(ignore);
        yield page;
      }
      isIdle = true;
    } catch (error) {
      throw storeError(error);
    } finally {
      client.off('error', ignore);
      client.release(!isIdle);
    }
  }

  async #rows(text: string, values: readonly unknown[]): Promise<Row[]> {
    const query = {
      name: statementName(text),
      text,
      values: [...values],
      rowMode: 'array' as const,
    };
    const { rows } = await orCannotCheckStore(() => this.#pool.query<string[]>(query));
    return rows;
  }
}

async function orCannotCheckStore<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw storeError(error);
  }
}

function storeError(cause: unknown): Error {
  if (cause instanceof CannotCheckError) return cause;
  const code = (cause as { code?: unknown }).code;
  return code === '3F000' || code === '42P01'
    ? new CannotCheckError('there is no event store in this database', { cause })
    : cannotCheckError("the event store can't be read", cause);
}

/** A connection that is lost tells its query, too, and a page that is not there whoever awaits it. */
const ignore = (): void => {};

/** A text within a statement: COPY takes no parameters. */
const text = (value: string): string => pg.escapeLiteral(value);

/** Planned once for each connection. */
const statementName = (text: string): string => hash('sha1', text, 'hex');

const streamPrefix = (at: number): string => STREAM_PREFIX + at.toString(16).padStart(2, '0');

/**
 * How many are of no known type; and all positions as they stand in their rows, hashed in the order of
 * the index. It is not sorted by them: what they say is in question. In any other order it is not whole.
 */
const COMPLETENESS_QUERY = `
  select (count(*) filter (where not type = any($3)))::text as strange,
    encode(sha256(string_agg(int8send(position), '')), 'hex') as places
  from event_store.events where position > $1 and position <= $2`;

const POSITION_BYTES = 8;

/** Of so many positions behind that one, none of them missing. */
function hashPositions(after: number, count: number): string {
  const places = Buffer.allocUnsafe(count * POSITION_BYTES);
  for (let at = 0; at < count; at++) putInt8(places, at * POSITION_BYTES, after + at + 1);
  return hash('sha256', places, 'hex');
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
