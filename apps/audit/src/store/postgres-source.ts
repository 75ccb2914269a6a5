import { hash } from 'node:crypto';
import pg from 'pg';
import type { Position } from '#event-store';
import { putInt8 } from './byte-strings.js';
import type {
  AccountHead,
  Edges,
  EventMark,
  EventSource,
  Part,
  Span,
  StoredEvent,
} from './event-source.js';
import { CannotCheckError, cannotCheckError } from './errors.js';
import { copyRows } from './copy/copy-rows.js';
import { lendingSocket } from './copy/reused-buffer-socket.js';
import { pagesAhead } from './prefetch-pages.js';
import { STORED_COLUMNS, placeOf, positionAt, storedRows } from './postgres-rows.js';

/** Of one statement: at most so many and a page wait in memory for a reader that takes its time. */
const COPIED_ROWS = 2_000;
const HEADS_PAGE_ROWS = 10_000;
/** Events of one span: a full subtree of the Merkle tree. */
export const SPAN_EVENTS = 65_536;
const MARKS_PAGE_EVENTS = 8_192;
const CONNECT_MS_MAX = 20_000;
const STATEMENT_MS_MAX = 600_000;
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
      connectionTimeoutMillis: CONNECT_MS_MAX,
      statement_timeout: STATEMENT_MS_MAX,
      application_name: 'points-ledger audit',
      // Pages are read along an index, in one go: nothing is ever sorted that is larger than a page.
      options:
        '-c default_transaction_read_only=on -c enable_sort=off -c enable_seqscan=off -c enable_bitmapscan=off -c jit=off -c max_parallel_workers_per_gather=0 -c plan_cache_mode=force_generic_plan',
    });
    this.#pool.on('error', () => {}); // the next query says so
  }

  async edges(): Promise<Edges> {
    // One statement sees one moment: an append moves both together.
    const [row] = await this.#rows(
      `select (select position from event_store.head)::text,
         (select max(position) from event_store.events)::text`,
      [],
    );
    const [head, last] = (row ?? []) as readonly (string | null)[];
    return {
      head: head == null || head === '0' ? null : positionAt(head),
      last: last == null ? null : positionAt(last),
    };
  }

  spans(last: Position): readonly Span[] {
    const spans: Span[] = [];
    for (let after = 0, end = placeOf(last); after < end; after += SPAN_EVENTS) {
      const upTo = Math.min(after + SPAN_EVENTS, end);
      spans.push({ after: positionAt(after), upTo: positionAt(upTo), events: upTo - after });
    }
    return spans;
  }

  /** By ranges of positions and not by counting rows: what stands twice is seen twice. */
  async *marks({ after, upTo }: Span): AsyncIterable<readonly EventMark[]> {
    const last = placeOf(upTo);
    const first = after === null ? 0 : placeOf(after);
    yield* pagesAhead(async (from: number | null) => {
      const start = from ?? first;
      const end = Math.min(start + MARKS_PAGE_EVENTS, last);
      const rows = await this.#rows(
        `select position::text as place, type, encode(hash, 'hex') from event_store.events
         where position > $1 and position <= $2 order by position`,
        [start, end],
      );
      const page = rows.map(([position = '', type = '', hash = '']) => ({
        position: positionAt(position),
        type,
        hash,
        stream: null,
      }));
      return { page, next: end < last ? end : null };
    });
  }

  async isWhole({ after, upTo, events }: Span, types: ReadonlySet<string>): Promise<boolean> {
    const first = after === null ? 0 : placeOf(after);
    const [row] = await this.#rows(WHOLE, [first, placeOf(upTo), [...types]]);
    const [strange, places] = row ?? [];
    return strange === '0' && places === hashOfPlaces(first, events ?? 0);
  }

  parts(): readonly Part[] {
    const edges = Array.from({ length: 255 }, (_, at) => prefixed(at + 1));
    const starts = ['', ...edges];
    return starts.map((from, at) => ({ kind: 'range', from, to: edges[at] ?? null }));
  }

  async *accounts(part: Part, upTo: Position): AsyncIterable<readonly StoredEvent[]> {
    if (part.kind === 'list') throw new Error('a bug: this store finds accounts by itself');
    const bound = part.to === null ? '' : `and stream < ${text(part.to)}`;
    yield* this.#events(
      'stream, revision',
      (before) =>
        `(stream, revision) > (${text(before?.stream ?? part.from)}, ${before?.revision ?? -1})
         and position <= ${placeOf(upTo)} ${bound}`,
    );
  }

  async *stream(stream: string, upTo: Position | null): AsyncIterable<readonly StoredEvent[]> {
    const last = upTo === null ? Number.MAX_SAFE_INTEGER : placeOf(upTo);
    yield* this.#events(
      'revision',
      (before) =>
        `stream = ${text(stream)} and revision > ${before?.revision ?? -1} and position <= ${last}`,
    );
  }

  async *everything(upTo: Position): AsyncIterable<readonly StoredEvent[]> {
    yield* this.#events(
      'position',
      (before) =>
        `position > ${before === null ? 0 : placeOf(before.position)} and position <= ${placeOf(upTo)}`,
    );
  }

  /** From name to name by the index: what lies between them is not read. */
  async *accountHeads(upTo: Position): AsyncIterable<readonly AccountHead[]> {
    yield* pagesAhead(async (after: string | null) => {
      const rows = await this.#rows(HEADS, [after ?? '', placeOf(upTo), HEADS_PAGE_ROWS]);
      const page = rows.flatMap(([stream = '', revision, hash]) =>
        revision == null ? [] : [{ stream, revision: Number(revision), hash: hash ?? '' }],
      );
      return { page, next: rows.length < HEADS_PAGE_ROWS ? null : (rows.at(-1)?.[0] ?? null) };
    });
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async *#events(
    order: string,
    where: (before: StoredEvent | null) => string,
  ): AsyncIterable<readonly StoredEvent[]> {
    const client = await asking(() => this.#pool.connect());
    client.on('error', untold);
    let isIdle = false;
    try {
      const stored = storedRows();
      const copyBehind = (before: StoredEvent | null) =>
        copyRows(
          client,
          `select ${STORED_COLUMNS}
           from event_store.events where ${where(before)} order by ${order} limit ${COPIED_ROWS}`,
          stored,
        );
      let copy = copyBehind(null);
      let coming = copy.next();
      for (let rows = 0; ;) {
        const { value: page } = await coming;
        if (page === undefined) break;
        rows += page.length;
        if (rows === COPIED_ROWS) {
          await copy.next(); // its end: a connection does one thing at a time
          // The server goes on while these are read.
          copy = copyBehind(page.at(-1) ?? null);
          rows = 0;
        }
        coming = copy.next();
        coming.catch(untold);
        yield page;
      }
      isIdle = true;
    } catch (error) {
      throw cannotCheck(error);
    } finally {
      client.off('error', untold);
      client.release(!isIdle);
    }
  }

  async #rows(text: string, values: readonly unknown[]): Promise<Row[]> {
    const query = { name: nameOf(text), text, values: [...values], rowMode: 'array' as const };
    const { rows } = await asking(() => this.#pool.query<string[]>(query));
    return rows;
  }
}

async function asking<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw cannotCheck(error);
  }
}

function cannotCheck(cause: unknown): Error {
  if (cause instanceof CannotCheckError) return cause;
  const code = (cause as { code?: unknown }).code;
  return code === '3F000' || code === '42P01'
    ? new CannotCheckError('there is no event store in this database', { cause })
    : cannotCheckError("the event store can't be read", cause);
}

/** A connection that is lost tells its query, too, and a page that is not there whoever awaits it. */
const untold = (): void => {};

/** A text within a statement: COPY takes no parameters. */
const text = (value: string): string => pg.escapeLiteral(value);

/** Planned once for each connection. */
const nameOf = (text: string): string => hash('sha1', text, 'hex');

const prefixed = (at: number): string => `points-${at.toString(16).padStart(2, '0')}`;

/**
 * How many are of no known type; and all positions as they stand in their rows, hashed in the order of
 * the index. It is not sorted by them: what they say is in question. In any other order it is not whole.
 */
const WHOLE = `
  select (count(*) filter (where not type = any($3)))::text as strange,
    encode(sha256(string_agg(int8send(position), '')), 'hex') as places
  from event_store.events where position > $1 and position <= $2`;

const PLACE_BYTES = 8;

/** Of so many positions behind that one, none of them missing. */
function hashOfPlaces(after: number, count: number): string {
  const places = Buffer.allocUnsafe(count * PLACE_BYTES);
  for (let at = 0; at < count; at++) putInt8(places, at * PLACE_BYTES, after + at + 1);
  return hash('sha256', places, 'hex');
}

const HEADS = `
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
