import pg from 'pg';
import type { ByteString } from '../byte-strings.js';
import { Wire, type Taker } from './copy-stream-tap.js';

// COPY in its binary form: hashes and numbers come as they are stored, at two thirds of what a query's
// text costs either side. https://www.postgresql.org/docs/current/sql-copy.html (Binary Format)

const HEADER_BYTES = 19;
const TUPLE_BYTES = 2;
const LENGTH_BYTES = 4;
const INT8_BYTES = 8;
const ASCII_MAX = 0x7f;
const TWO_TO_32 = 2 ** 32;

/** The fields of one row, one after the other. None of them may be null. */
export class CopiedRow {
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;

  /** Where the next field begins. */
  get place(): number {
    return this.#at;
  }

  /** Whether a row begins there: behind the last one a count of -1 stands in the place of a next. */
  begin(bytes: Buffer, start: number): boolean {
    this.#bytes = bytes;
    this.#at = start + TUPLE_BYTES;
    return bytes.readInt16BE(start) >= 0;
  }

  /** As UTF-8, which Buffer reads faster where it is not named. */
  text(): string {
    return this.#next();
  }

  /** A text that is mostly that of the row before: that one, where it is the same again. */
  textLike(before: string): string {
    const bytes = this.#bytes;
    const from = this.#at + LENGTH_BYTES;
    const length = bytes.readInt32BE(this.#at);
    if (length !== before.length) return this.text();
    for (let at = 0; at < length; at++) {
      const byte = bytes[from + at] ?? 0;
      if (byte > ASCII_MAX || byte !== before.charCodeAt(at)) return this.text();
    }
    this.#at = from + length;
    return before;
  }

  bytes(): ByteString {
    return this.#next('latin1');
  }

  int8(): number {
    const from = this.#at + LENGTH_BYTES;
    this.#at = from + INT8_BYTES;
    return this.#bytes.readInt32BE(from) * TWO_TO_32 + this.#bytes.readUInt32BE(from + 4);
  }

  #next(encoding?: BufferEncoding): string {
    const from = this.#at + LENGTH_BYTES;
    this.#at = from + this.#bytes.readInt32BE(this.#at);
    return this.#bytes.toString(encoding, from, this.#at);
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
    Wire.of(connection.stream).giveTo(new CopiedRows(read, (page) => arriving.add(page)));
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

/** What is read of the rows, in pages. */
class CopiedRows<T> implements Taker {
  readonly #row = new CopiedRow();
  #page: T[] = [];
  /** The header comes with the first row. */
  #headerBytes = HEADER_BYTES;

  constructor(
    private readonly read: (row: CopiedRow) => T,
    private readonly arrived: (page: readonly T[]) => void,
  ) {}

  take(bytes: Buffer, start: number, end: number): void {
    const from = start + this.#headerBytes;
    this.#headerBytes = 0;
    if (from === end || !this.#row.begin(bytes, from)) return;
    this.#page.push(this.read(this.#row));
    if (this.#row.place !== end) throw new Error('a row has other columns than were asked for');
  }

  pause(): void {
    if (this.#page.length === 0) return;
    this.arrived(this.#page);
    this.#page = [];
  }
}
