import { setImmediate as nextTurn } from 'node:timers/promises';
import pg from 'pg';
import { copyRows, type CopiedRow } from './copy-rows.js';

const ROWS = 50_000;
const TURNS = 20;
const numbers = `select n::bigint, repeat('x', 200) from generate_series(1, ${ROWS}) n`;
const number = (row: CopiedRow): number => row.int8();

let client: pg.Client;
beforeEach(async () => {
  client = new pg.Client({ connectionString: process.env['TEST_PG_URL'] });
  await client.connect();
});
afterEach(() => client.end());

describe('rows that are copied out of Postgres', () => {
  it('arrive whole and in order for a reader that takes its time, as often as it asks', async () => {
    for (let time = 0; time < 3; time++) {
      const seen: number[] = [];
      for await (const page of copyRows(client, numbers, number)) {
        seen.push(...page);
        for (let turn = 0; turn < TURNS; turn++) await nextTurn();
      }
      expect(seen).toEqual(Array.from({ length: ROWS }, (_, at) => at + 1));
    }
  });

  it('arrive in pages, before the last of them is there', async () => {
    let pages = 0;
    for await (const page of copyRows(client, numbers, number)) pages += Math.min(1, page.length);
    expect(pages).toBeGreaterThan(1);
  });

  it('may be none', async () => {
    const pages: unknown[] = [];
    for await (const page of copyRows(client, `${numbers} where n < 0`, number)) pages.push(page);
    expect(pages).toEqual([]);
  });

  it('leave the connection as it was', async () => {
    for await (const page of copyRows(client, numbers, number)) expect(page).not.toEqual([]);
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  it('tell what the server says against it', async () => {
    const reading = copyRows(client, 'select 1 / 0', number).next();
    await expect(reading).rejects.toThrow('division by zero');
  });

  it('end with the connection that is cut while they are read', async () => {
    client.on('error', () => {}); // the reader hears of it, too
    const reading = copyRows(client, numbers, number);
    await reading.next();
    client.connection.stream.destroy(new Error('cut'));
    const rest = async (): Promise<void> => {
      for await (const page of reading) expect(page).not.toEqual([]);
    };
    await expect(rest()).rejects.toThrow('cut');
  });
});
