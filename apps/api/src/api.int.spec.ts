import { Pool } from 'pg';
import { TABLES_NAME, openStores, type Stores } from '#assembly';
import { AccountDesk } from '#commands';
import { DEFAULT_POLICY } from '#ledger';
import { PostgresReadTables, PostgresTableWriter } from '#read-model';
import { createLog } from '#runtime';
import { createTestDatabase, type TestDatabase } from '#testing';
import {
  ALICE,
  BOB,
  accepted,
  liveALittle,
  openApiDouble,
  read,
  type ApiDouble,
} from './api.suite.js';

const READS = [
  'transactions',
  'transactions?limit=4',
  'transactions?type=refund',
  'transactions?source_type=script&type=consume',
  'transactions?from=2030-06-01T00:02:00Z&to=2030-06-01T00:03:00Z',
  'transactions/6',
  'transactions/1',
  'transactions/99',
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
  let database: TestDatabase;
  let stores: Stores;
  let api: ApiDouble;
  let twin: ApiDouble;

  beforeAll(async () => {
    database = await createTestDatabase('api');
    const url = (await database.emptyPool()).options.connectionString ?? '';
    const log = createLog({ app: 'api', level: 'silent' });
    stores = await openStores({ EVENT_STORE: url, DATABASE_URL: url }, log, [
      'append',
      'read tables',
    ]);
    const { events: store, pool, followsDirectly } = stores;
    const writer = new PostgresTableWriter(pool, {
      name: TABLES_NAME,
      version: 1,
      ...(followsDirectly !== null && { followsDirectly }),
    });
    const tables = Object.assign(new PostgresReadTables(pool, TABLES_NAME), {
      checkpoint: writer.checkpoint.bind(writer),
      write: writer.write.bind(writer),
      writeCarefully: writer.writeCarefully.bind(writer),
      room: writer.room.bind(writer),
    });
    const desk = new AccountDesk({ store, policy: DEFAULT_POLICY });
    api = await openApiDouble({ store, tables, desk });
    twin = await openApiDouble();
    await Promise.all([liveALittle(api), liveALittle(twin)]);
  });
  afterAll(async () => {
    await Promise.all([api.close(), twin.close()]);
    await stores.close();
    await database.drop();
  });

  /** What one store alone can know. */
  const withoutPositions = (body: string): string =>
    body
      .replaceAll(/"[a-z]+:\d{16}"/g, '"position"')
      .replaceAll(/"correlation":"\w+"/g, '"correlation":""')
      .replaceAll(/"traceparent":"[\w-]+"/g, '"traceparent":""')
      .replaceAll(/"hash":"\w+"/g, '"hash":""');

  it.each(READS)('answers %s as its doubles do', async (path) => {
    const url = `/v1/users/${ALICE}/${path}`;
    const [real, double] = await Promise.all([read(api, url), read(twin, url)]);
    expect(real.statusCode).toBe(double.statusCode);
    expect(withoutPositions(real.body)).toBe(withoutPositions(double.body));
  });

  it('pages through the statement without jumps or doubles while rows arrive', async () => {
    const recharge = { user_id: BOB, points: 1, expires_at: null };
    for (let i = 0; i < 30; i += 1) await accepted(api, 'RechargePoints', `b${i}`, recharge);
    await api.project();
    const seen: number[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query: string = cursor === '' ? '?limit=7' : `?limit=7&cursor=${cursor}`;
      const page = (await read(api, `/v1/users/${BOB}/transactions${query}`)).json<{
        items: { balance_after: number }[];
        next_cursor: string | null;
      }>();
      seen.push(...page.items.map(({ balance_after }) => balance_after));
      cursor = page.next_cursor;
      await accepted(api, 'RechargePoints', `late${seen.length}`, recharge);
      await api.project();
    }
    expect(seen).toEqual(Array.from({ length: 30 }, (_, i) => 30 - i));
  });

  it('reads its own write', async () => {
    const recharge = { user_id: BOB, points: 5, expires_at: null };
    const { position } = await accepted(api, 'RechargePoints', 'own', recharge);
    const waiting = read(api, `/v1/users/${BOB}/transactions?limit=1&min_position=${position}`);
    await api.project();
    expect((await waiting).json()).toMatchObject({ items: [{ amount: 5 }] });
  });
});

describe('the API whose database is away', () => {
  it('is answered 503 with Retry-After', async () => {
    const pool = new Pool({ host: '127.0.0.1', port: 1 });
    const tables = Object.assign(new PostgresReadTables(pool, TABLES_NAME), {
      checkpoint: () => Promise.resolve(null),
      write: () => Promise.reject(new Error('nothing is written here')),
      writeCarefully: () => Promise.reject(new Error('nothing is written here')),
      room: () => Promise.resolve(),
    });
    const api = await openApiDouble({ tables });
    const response = await read(api, `/v1/users/${ALICE}/balance`);
    expect(response.statusCode).toBe(503);
    expect(response.headers['retry-after']).toBe('2');
    await api.close();
    await pool.end();
  });
});
