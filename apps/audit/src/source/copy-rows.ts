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

  constructor(
    private readonly bytes: Buffer,
    start: number,
  ) {
    this.#at = start + TUPLE_BYTES;
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
  const copy = new CopyOut(
    `copy (${select}) to stdout (format binary)`,
    (row) => arriving.add(read(row)),
    (error) => arriving.end(error ?? null),
  );
  client.query(copy);
  for (;;) {
    const page = await arriving.next();
    if (page.length === 0) return;
    yield page;
  }
}

/** Between a server that sends and a reader that takes its time. */
class Arriving<T> {
  #rows: T[] = [];
  #ended = false;
  #error: Error | null = null;
  #awaited: () => void = () => {};

  add(row: T): void {
    this.#rows.push(row);
    this.#awaited();
  }

  end(error: Error | null): void {
    this.#ended = true;
    this.#error = error;
    this.#awaited();
  }

  /** All that wait; none: it was the end. */
  async next(): Promise<readonly T[]> {
    if (this.#rows.length === 0 && !this.#ended) {
      await new Promise<void>((resolve) => (this.#awaited = resolve));
    }
    const rows = this.#rows;
    this.#rows = [];
    if (rows.length === 0 && this.#error !== null) throw this.#error;
    return rows;
  }
}

/** The server sends a message for each row: the header with the first one, a count of -1 at the end. */
class CopyOut extends pg.Query {
  #isFirst = true;

  constructor(
    text: string,
    private readonly row: (row: CopiedRow) => void,
    settle: (error?: Error | null) => void,
  ) {
    super(text, settle);
  }

  /** Called by the client; the bytes are good until it returns. */
  handleCopyData({ chunk }: { readonly chunk: Buffer }): void {
    const start = this.#isFirst ? HEADER_BYTES : 0;
    this.#isFirst = false;
    if (chunk.length > start && chunk.readInt16BE(start) >= 0)
      this.row(new CopiedRow(chunk, start));
  }
}
