import pg from 'pg';

// COPY in its binary form: hashes and numbers come as they are stored, at two thirds of what a query's
// text costs either side. https://www.postgresql.org/docs/current/sql-copy.html (Binary Format)

const HEADER_BYTES = 19;
const TUPLE_BYTES = 2;
const LENGTH_BYTES = 4;
const INT8_BYTES = 8;
const TWO_TO_32 = 2 ** 32;

/** The fields of one row, one after the other. None of them may be null. */
export class CopiedRow {
  #at = 0;

  constructor(private readonly bytes: Buffer) {}

  /** Whether a row begins there: behind the last one a count of -1 stands in the place of a next. */
  begin(start: number): boolean {
    this.#at = start + TUPLE_BYTES;
    return this.bytes.readInt16BE(start) >= 0;
  }

  text(): string {
    return this.#next('utf8');
  }

  hex(): string {
    return this.#next('hex');
  }

  int8(): number {
    const from = this.#at + LENGTH_BYTES;
    this.#at = from + INT8_BYTES;
    return this.bytes.readInt32BE(from) * TWO_TO_32 + this.bytes.readUInt32BE(from + 4);
  }

  #next(encoding: BufferEncoding): string {
    const from = this.#at + LENGTH_BYTES;
    this.#at = from + this.bytes.readInt32BE(this.#at);
    return this.bytes.toString(encoding, from, this.#at);
  }
}

/**
 * All rows of a query without parameters, in pages as they arrive. What the reader has no time for
 * waits here: the server is never kept waiting, so the query says how many there are at most. Whoever
 * stops before the end leaves a connection that is in the middle of it.
 */
export async function* copyRows<T>(
  client: pg.ClientBase,
  select: string,
  read: (row: CopiedRow) => T,
): AsyncGenerator<readonly T[], void, undefined> {
  const arriving = new Arriving<T>();
  const text = `copy (${select}) to stdout (format binary)`;
  const copy = new pg.Query(text, (error) => arriving.end(error ?? null));
  const submit = copy.submit.bind(copy);
  copy.submit = (connection) => {
    takeRows(connection, read, (page) => arriving.add(page));
    return submit(connection);
  };
  client.query(copy);
  for (;;) {
    const page = await arriving.next();
    if (page === null) return;
    yield page;
  }
}

/** Between a server that sends and a reader that takes its time. */
class Arriving<T> {
  readonly #pages: (readonly T[])[] = [];
  #ended = false;
  #error: Error | null = null;
  #awaited: () => void = () => {};

  add(page: readonly T[]): void {
    this.#pages.push(page);
    this.#awaited();
  }

  end(error: Error | null): void {
    this.#ended = true;
    this.#error = error;
    this.#awaited();
  }

  /** null: it was the end. */
  async next(): Promise<readonly T[] | null> {
    if (this.#pages.length === 0 && !this.#ended) {
      await new Promise<void>((resolve) => (this.#awaited = resolve));
    }
    const page = this.#pages.shift() ?? null;
    if (page === null && this.#error !== null) throw this.#error;
    return page;
  }
}

type Listener = (chunk: Buffer) => void;

const MESSAGE_BYTES = 5;
const COPY_DATA = 'd'.charCodeAt(0);
const READY_FOR_QUERY = 'Z'.charCodeAt(0);

/**
 * Reads rows where the socket left them, until the server is ready for another query, and passes all
 * else on to the client: which would make a message of each row and have it go through four hands, for
 * a quarter of all that it costs to receive one. From the moment the query is sent: what comes before
 * belongs to the query before it.
 */
function takeRows<T>(
  { stream }: pg.Connection,
  read: (row: CopiedRow) => T,
  arrived: (page: readonly T[]) => void,
): void {
  const [client] = stream.listeners('data') as [Listener];
  let cutOff: Buffer | null = null;
  let headerBytes = HEADER_BYTES;
  const listener: Listener = (chunk) => {
    const bytes = cutOff === null ? chunk : Buffer.concat([cutOff, chunk]);
    const row = new CopiedRow(bytes);
    let page: T[] = [];
    let at = 0;
    for (let end = endOf(bytes, at); end <= bytes.length; end = endOf(bytes, at)) {
      if (bytes[at] === COPY_DATA) {
        // The header comes with the first row.
        if (row.begin(at + MESSAGE_BYTES + headerBytes)) page.push(read(row));
        headerBytes = 0;
      } else {
        if (page.length > 0) arrived(page);
        page = [];
        if (bytes[at] === READY_FOR_QUERY) stream.off('data', listener).on('data', client);
        client(bytes.subarray(at, end));
      }
      at = end;
    }
    cutOff = at === bytes.length ? null : bytes.subarray(at);
    if (page.length > 0) arrived(page);
  };
  stream.off('data', client).on('data', listener);
}

/** Behind the message that begins there; beyond all bytes: that is not known yet. */
const endOf = (bytes: Buffer, at: number): number =>
  at + MESSAGE_BYTES > bytes.length ? Infinity : at + 1 + bytes.readUInt32BE(at + 1);
