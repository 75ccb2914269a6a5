import { Duplex } from 'node:stream';
import pg from 'pg';
import { copyRows, type CopiedRow } from './copy-rows.js';

// A double of a server, which says what it is told to, cut where it is told to; the client is real.

class ServerDouble extends Duplex {
  #hasStarted = false;
  /** From then on it is lent what it says. */
  #hasSentRows = false;
  /** What each query is answered with, chunk by chunk. */
  readonly answers: Buffer[][] = [];

  connect(): void {
    process.nextTick(() => this.emit('connect'));
  }
  setNoDelay(): void {}
  ref(): void {}
  unref(): void {}

  override _read(): void {}
  override _write(_chunk: Buffer, _encoding: string, done: () => void): void {
    done();
    const answer = this.#hasStarted ? (this.answers.shift() ?? []) : [LOGGED_IN];
    this.#hasSentRows = this.#hasStarted;
    this.#hasStarted = true;
    setImmediate(() => this.say(answer));
  }

  say([chunk, ...rest]: readonly Buffer[]): void {
    if (chunk === undefined) return;
    const lent = Buffer.from(chunk);
    this.push(lent);
    if (this.#hasSentRows) lent.fill(0xee); // a room that is read into again
    setImmediate(() => this.say(rest));
  }
}

function message(type: string, body: Buffer | string): Buffer {
  const head = Buffer.alloc(5, type);
  const bytes = Buffer.from(body);
  head.writeUInt32BE(4 + bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

const int = (value: number, bytes: number): Buffer => {
  const made = Buffer.alloc(bytes);
  made.writeIntBE(value, Math.max(0, bytes - 6), Math.min(6, bytes));
  return made;
};
const field = (value: Buffer | null): Buffer =>
  value === null ? int(-1, 4) : Buffer.concat([int(value.length, 4), value]);
const row = (...values: (Buffer | null)[]): Buffer =>
  Buffer.concat([int(values.length, 2), ...values.map(field)]);

const READY = message('Z', 'I');
const LOGGED_IN = Buffer.concat([message('R', int(0, 4)), READY]);
const HEADER = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);
const PARAMETER = message('S', 'TimeZone\0Europe/Zurich\0');

function copied(rows: readonly Buffer[]): Buffer {
  const [first = Buffer.alloc(0), ...rest] = [...rows, int(-1, 2)];
  const data = [Buffer.concat([HEADER, first]), ...rest].map((body) => message('d', body));
  const begin = message('H', Buffer.from([1, 0, 2, 0, 1, 0, 1]));
  const end = [message('c', ''), message('C', `COPY ${rows.length}\0`), READY];
  return Buffer.concat([begin, ...data, ...end]);
}

const cutAt = (bytes: Buffer, at: number): Buffer[] => [bytes.subarray(0, at), bytes.subarray(at)];

const ROWS = [1, 2, 3].map((n) => row(int(n, 8), Buffer.from('é'.repeat(n * 3))));
const READ = [1, 2, 3].map((n) => [n, 'é'.repeat(n * 3)]);
const ANSWER = copied(ROWS);
const fields = (one: CopiedRow): [number, string] => [one.int8(), one.text()];

let server: ServerDouble;
let client: pg.Client;
beforeEach(async () => {
  server = new ServerDouble();
  client = new pg.Client({ stream: () => server, user: 'u', host: 'double', ssl: false });
  client.on('error', () => {}); // the query hears of it, too
  await client.connect();
});
afterEach(() => void server.destroy());

async function copy(seen: [number, string][] = []): Promise<[number, string][]> {
  for await (const page of copyRows(client, 'select', fields)) seen.push(...page);
  return seen;
}

describe('what a server sends', () => {
  it('is read whole, wherever it is cut', async () => {
    for (let at = 1; at < ANSWER.length; at++) {
      server.answers.push(cutAt(ANSWER, at));
      expect([at, await copy()]).toEqual([at, READ]);
    }
    server.answers.push([...ANSWER].map((byte) => Buffer.from([byte])));
    expect(await copy()).toEqual(READ);
    expect(server.listenerCount('data')).toBe(1);
  });

  it('is the client’s where it is no row: when it comes between two queries, and cut there', async () => {
    for (let at = 1; at < PARAMETER.length; at++) {
      const [head, tail] = cutAt(PARAMETER, at) as [Buffer, Buffer];
      server.answers.push([Buffer.concat([ANSWER, head])], [Buffer.concat([tail, ANSWER])]);
      expect(await copy()).toEqual(READ);
      expect([at, await copy()]).toEqual([at, READ]);
    }
  });

  it('belongs to the query that was sent, when the next one waits for it', async () => {
    server.answers.push([ANSWER], [ANSWER]);
    expect(await Promise.all([copy(), copy()])).toEqual([READ, READ]);
  });

  it('may be the text of the row before again, or one that is like it', async () => {
    const texts = [
      '',
      'points-1',
      'points-1',
      'points-2',
      'points-',
      'é',
      'é',
      '\u00c3\u00a9',
      'points-2',
    ];
    server.answers.push([copied(texts.map((one) => row(int(1, 8), Buffer.from(one))))]);
    let last = '';
    const read = (one: CopiedRow): string => {
      one.int8();
      return (last = one.textLike(last));
    };
    const seen: string[] = [];
    for await (const page of copyRows(client, 'select', read)) seen.push(...page);
    expect(seen).toEqual(texts);
  });

  it('may be a row that comes in many pieces', async () => {
    const large = Buffer.alloc(4_000_000, 'x');
    const answer = copied([row(int(1, 8), large)]);
    const pieces = Array.from({ length: Math.ceil(answer.length / 65_536) }, (_, at) =>
      answer.subarray(at * 65_536, (at + 1) * 65_536),
    );
    server.answers.push(pieces);
    expect((await copy()).map(([n, text]) => [n, text.length])).toEqual([[1, 4_000_000]]);
  });

  it('ends the connection where more is said to come than there can be', async () => {
    const head = Buffer.from('d\xff\xff\xff\xff', 'latin1');
    server.answers.push(cutAt(Buffer.concat([message('H', Buffer.from([1, 0, 0])), head]), 10));
    await expect(copy()).rejects.toThrow('a message of 4294967296 bytes comes');
    expect(server.destroyed).toBe(true);
  });

  it.each([
    ['nothing where something must be', row(int(1, 8), null)],
    ['a number of another size', row(int(1, 4), Buffer.from('x'))],
    ['a column more', row(int(1, 8), Buffer.from('x'), Buffer.from('y'))],
  ])('ends the connection, and says why, with %s', async (_, bent) => {
    server.answers.push([copied([...ROWS, bent, ...ROWS])]);
    const seen: [number, string][] = [];
    await expect(copy(seen)).rejects.toThrow('a row has other columns than were asked for');
    expect(seen).toEqual([]);
    expect(server.destroyed).toBe(true);
  });
});
