import { Pool } from 'pg';
import { TABLES_NAME } from '#platform';
import { PostgresReadTables } from '#read-model';
import { openApiOnPostgres, type ApiOnPostgres } from './testing/api-on-postgres.js';
import {
  BOB,
  sendAccepted,
  seedAccount,
  userPath,
  openTestApi,
  read,
  type TestApi,
} from './testing/api-fixture.js';

const READS = [
  'transactions',
  'transactions?limit=4',
  'transactions?type=refund',
  'transactions?source_type=script&type=consume',
  'transactions?source_id=task-3',
  'transactions?source_id=o-1&limit=1',
  'transactions.csv?source_id=task-3',
  'transactions?from=2030-06-01T00:02:00Z&to=2030-06-01T00:03:00Z',
  'transactions/6',
  'transactions/1',
  'transactions/99',
  'transactions/r2.1',
  'transactions/r99.0',
  'transactions.csv?type=consume',
  'balance',
  'balance?at=2030-06-01T00:04:30Z',
  'batches',
  'usage',
  'usage?tz=America/New_York',
  'usage?group_by=source_type&from=2030-06-01T00:03:00Z',
  'usage?group_by=day,source_type',
  'events',
  'events?after=2&limit=3',
  'state',
  'state?revision=4',
];

describe('the API on a real Postgres', () => {
  let opened: ApiOnPostgres;
  let api: TestApi;
  let inMemory: TestApi;

  beforeAll(async () => {
    opened = await openApiOnPostgres('api');
    api = opened.api;
    inMemory = await openTestApi();
    await Promise.all([seedAccount(api), seedAccount(inMemory)]);
  });
  afterAll(async () => {
    await Promise.all([opened.close(), inMemory.close()]);
  });

  /** Positions, traces and hashes differ between stores. */
  const withoutPositions = (body: string): string =>
    body
      .replaceAll(/"[a-z]+:\d{16}"/g, '"position"')
      .replaceAll(/"correlation":"\w+"/g, '"correlation":""')
      .replaceAll(/"traceparent":"[\w-]+"/g, '"traceparent":""')
      .replaceAll(/"hash":"\w+"/g, '"hash":""');

  it.each(READS)('answers %s as over the in-memory stores', async (path) => {
    const [real, double] = await Promise.all([
      read(api, userPath(path)),
      read(inMemory, userPath(path)),
    ]);
    expect(real.statusCode).toBe(double.statusCode);
    expect(withoutPositions(real.body)).toBe(withoutPositions(double.body));
  });

  it('pages through the statement without gaps or duplicates while rows arrive', async () => {
    const recharge = { user_id: BOB, points: 1, expires_at: null };
    for (let i = 0; i < 30; i += 1) await sendAccepted(api, 'RechargePoints', `b${i}`, recharge);
    await api.project();
    const seen: number[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query: string = cursor === '' ? '?limit=7' : `?limit=7&cursor=${cursor}`;
      const page = (await read(api, userPath(`transactions${query}`, BOB))).json<{
        items: { balance_after: number }[];
        next_cursor: string | null;
      }>();
      seen.push(...page.items.map(({ balance_after }) => balance_after));
      cursor = page.next_cursor;
      await sendAccepted(api, 'RechargePoints', `late${seen.length}`, recharge);
      await api.project();
    }
    expect(seen).toEqual(Array.from({ length: 30 }, (_, i) => 30 - i));
  });

  it('lets a caller read its own write', async () => {
    const recharge = { user_id: BOB, points: 5, expires_at: null };
    const { position } = await sendAccepted(api, 'RechargePoints', 'own', recharge);
    const waiting = read(api, userPath(`transactions?limit=1&min_position=${position}`, BOB));
    await api.project();
    expect((await waiting).json()).toMatchObject({ items: [{ amount: 5 }] });
  });
});

describe('the API without its database', () => {
  it('answers 503 with Retry-After', async () => {
    const pool = new Pool({ host: '127.0.0.1', port: 1 });
    const tables = Object.assign(new PostgresReadTables(pool, TABLES_NAME), {
      checkpoint: () => Promise.resolve(null),
      write: () => Promise.reject(new Error('this test never writes')),
      writeWithParking: () => Promise.reject(new Error('this test never writes')),
      waitForCapacity: () => Promise.resolve(),
    });
    const api = await openTestApi({ tables });
    const response = await read(api, userPath('balance'));
    expect(response.statusCode).toBe(503);
    expect(response.headers['retry-after']).toBe('2');
    await api.close();
    await pool.end();
  });
});
