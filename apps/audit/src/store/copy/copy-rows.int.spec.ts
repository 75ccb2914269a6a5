import { setImmediate as nextTurn } from 'node:timers/promises';
import pg from 'pg';
import { copyRows, type CopiedRow } from './copy-rows.js';
import { lendingSocket } from './reused-buffer-socket.js';

const ROWS = 50_000;
const TURNS = 20;
const numbers = `select n::bigint, repeat('x', 200) from generate_series(1, ${ROWS}) n`;
const number = (row: CopiedRow): number => row.int8();
const numberAndText = (row: CopiedRow): number => {
  const first = number(row);
  row.text();
  return first;
};

let client: pg.Client;
beforeEach(async () => {
  const connectionString = process.env['TEST_PG_URL'];
  client = new pg.Client({ connectionString, stream: lendingSocket });
  await client.connect();
});
afterEach(() => client.end());

describe('rows that are copied out of Postgres', () => {
  it('arrive whole and in order for a reader that takes its time, as often as it asks', async () => {
    for (let time = 0; time < 3; time++) {
      const seen: number[] = [];
      for await (const page of copyRows(client, numbers, numberAndText)) {
        seen.push(...page);
        for (let turn = 0; turn < TURNS; turn++) await nextTurn();
      }
      expect(seen).toEqual(Array.from({ length: ROWS }, (_, at) => at + 1));
    }
  });

  it('arrive in pages, before the last of them is there', async () => {
    let pages = 0;
    for await (const page of copyRows(client, numbers, numberAndText))
      pages += Math.min(1, page.length);
    expect(pages).toBeGreaterThan(1);
  });

  it('arrive whole, wherever the network cuts them', async () => {
    const sizes = Array.from({ length: 300 }, (_, at) => (at * at * 7_919) % 150_000);
    const rows = `select n::bigint, repeat(chr(1000 + n::int), size) from unnest('{${sizes.join(',')}}'::int[])
      with ordinality as rows(size, n) order by n`;
    const seen: [number, string][] = [];
    const read = (row: CopiedRow): [number, string] => [row.int8(), row.text()];
    for await (const page of copyRows(client, rows, read)) seen.push(...page);
    expect(seen.length).toBe(sizes.length);
    const isWhole = ([n, text]: [number, string], at: number): boolean =>
      n === at + 1 && text === String.fromCodePoint(1000 + n).repeat(sizes[at] ?? 0);
    expect(seen.filter((row, at) => !isWhole(row, at))).toEqual([]);
  });

  it('leave to the client what else the server says meanwhile', async () => {
    await client.query(`create function pg_temp.told(n int) returns bigint language plpgsql as
      $$ begin if n % 1000 = 0 then raise notice 'at %', n; end if; return n; end $$`);
    const notices: unknown[] = [];
    client.on('notice', ({ message }) => notices.push(message));
    const seen: number[] = [];
    const rows = `select pg_temp.told(n) from generate_series(1, 5000) n`;
    for await (const page of copyRows(client, rows, number)) seen.push(...page);
    expect(seen).toEqual(Array.from({ length: 5_000 }, (_, at) => at + 1));
    expect(notices).toEqual(['at 1000', 'at 2000', 'at 3000', 'at 4000', 'at 5000']);
  });

  it('tell what the server says against the rest of them', async () => {
    const seen: number[] = [];
    const reading = async (): Promise<void> => {
      const rows = `select (100000 / (30000 - n))::bigint from generate_series(1, 50000) n`;
      for await (const page of copyRows(client, rows, number)) seen.push(...page);
    };
    await expect(reading()).rejects.toThrow('division by zero');
    expect(seen).toHaveLength(29_999);
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  it('may be none', async () => {
    const pages: unknown[] = [];
    for await (const page of copyRows(client, `${numbers} where n < 0`, numberAndText))
      pages.push(page);
    expect(pages).toEqual([]);
  });

  it('leave the connection as it was', async () => {
    for await (const page of copyRows(client, numbers, numberAndText)) expect(page).not.toEqual([]);
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  it('come before and after answers that arrive in many pieces', async () => {
    const large = `select string_agg(n::text, ',') as all from generate_series(1, 100000) n`;
    const all = Array.from({ length: 100_000 }, (_, at) => at + 1).join(',');
    for (let time = 0; time < 3; time++) {
      expect((await client.query(large)).rows).toEqual([{ all }]);
      for await (const page of copyRows(client, numbers, numberAndText))
        expect(page).not.toEqual([]);
    }
  });

  it('tell what the server says against it', async () => {
    const reading = copyRows(client, 'select 1 / 0', number).next();
    await expect(reading).rejects.toThrow('division by zero');
  });

  it('end with the connection that is cut while they are read', async () => {
    client.on('error', () => {}); // the reader hears of it, too
    const reading = copyRows(client, numbers, numberAndText);
    await reading.next();
    client.connection.stream.destroy(new Error('cut'));
    const rest = async (): Promise<void> => {
      for await (const page of reading) expect(page).not.toEqual([]);
    };
    await expect(rest()).rejects.toThrow('cut');
  });
});
