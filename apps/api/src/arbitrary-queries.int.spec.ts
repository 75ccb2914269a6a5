import fc from 'fast-check';
import type { AddressInfo } from 'node:net';
import { openApiOnPostgres, type ApiOnPostgres } from './testing/api-on-postgres.js';
import { ALICE, bearer, seedAccount, read, type TestApi } from './testing/api-fixture.js';

const NUMBERS = ['0', '1', '-1', '7', '2147483648', '9007199254740991', '9007199254740992'];
const LONG_NUMBERS = ['9999999999999999', '9'.repeat(17), '9'.repeat(400), '1e9', '0x10', 'NaN'];
const TEXTS = ['', ' ', '\0', '\ud800', '%', "'", '【】', 'x'.repeat(5_000), '__proto__', '1,2'];
const TIMES = [
  ...['0000-01-01T00:00:00Z', '0001-01-01T00:00:00+14:00', '0001-01-01T00:00:00Z'],
  ...['0099-12-31T23:59:59.999Z', '1582-10-10T00:00:00Z', '1969-12-31T23:59:59.999-23:59'],
  ...['2030-06-01T00:02:00Z', '2285-06-04T23:47:34.741Z', '9999-12-31T23:59:59.999Z'],
  ...['9999-12-31T23:59:59-00:01', '+010000-01-01T00:00:00Z', '-000001-01-01T00:00:00Z'],
  ...['infinity', '-infinity', 'now', 'epoch', '2030-06-31T00:00:00Z', '2030-06-30T23:59:60Z'],
];
const ZONES = [
  ...['UTC', 'Asia/Shanghai', 'asia/shanghai', 'EST5EDT', 'Etc/GMT+12', 'Etc/GMT-14', 'zulu'],
  ...['posixrules', 'localtime', 'Factory', 'PST', 'PST8PDT', 'FOO+3', '<+03>-3', 'America/Nuuk'],
  ...Intl.supportedValuesOf('timeZone'),
];
const WORDS = ['consume', 'refund', 'script', 'tts', 'day', 'source_type', 'day,source_type'];
const SOURCES = ['task-3', 'o-1', '任务', 'x'.repeat(64), 'x'.repeat(65), ...TEXTS];
const IDS = [ALICE, ALICE.toUpperCase(), `${'f'.repeat(8)}-ffff-ffff-ffff-${'f'.repeat(12)}`];
const NO_IDS = ['00000000-0000-0000-0000-000000000000', '0', 'x'.repeat(199), `${ALICE}%00`, '..'];

const PARAMETERS = {
  ...{
    type: WORDS,
    source_type: WORDS,
    source_id: SOURCES,
    group_by: WORDS,
    from: TIMES,
    to: TIMES,
    at: TIMES,
  },
  ...{ limit: NUMBERS, after: NUMBERS, revision: NUMBERS, tz: ZONES },
};

describe('the API on a real Postgres, with arbitrary queries', () => {
  let opened: ApiOnPostgres;
  let api: TestApi;
  let known: Readonly<Record<string, readonly string[]>>;

  beforeAll(async () => {
    const streams = { streamsMax: 10, subjectStreamsMax: 10, pollMs: 50, heartbeatMs: 1_000 };
    opened = await openApiOnPostgres('extremes', { positionWaitMsMax: 1, streams });
    api = opened.api;
    await seedAccount(api);
    const page = await read(api, `/v1/users/${ALICE}/transactions?limit=1`);
    const { next_cursor: cursor } = page.json<{ next_cursor: string }>();
    const position = String(page.headers['ledger-position']);
    known = {
      ...PARAMETERS,
      cursor: [cursor, `${cursor}x`, cursor.slice(1), '.', 'a.b', 'x'.repeat(2_000)],
      min_position: [position, 'postgres:9999999999999999', 'postgres:0000000000000000', 'es-1-1'],
    };
  });
  afterAll(() => opened.close());

  const QUERIES: Readonly<Record<string, readonly string[]>> = {
    transactions: [
      'type',
      'source_type',
      'source_id',
      'from',
      'to',
      'limit',
      'cursor',
      'min_position',
    ],
    'transactions.csv': ['type', 'source_type', 'source_id', 'from', 'to', 'min_position'],
    balance: ['at', 'min_position'],
    batches: ['min_position'],
    usage: ['from', 'to', 'group_by', 'tz', 'min_position'],
    events: ['after', 'limit', 'min_position'],
    state: ['revision', 'min_position'],
    'transactions/1': ['min_position'],
    'transactions/9007199254740991': ['min_position'],
    'transactions/9007199254740992': ['min_position'],
    'transactions/-1': [],
  };

  const anyValue = (name: string): fc.Arbitrary<string> =>
    fc.oneof(
      { arbitrary: fc.constantFrom(...(known[name] ?? TEXTS)), weight: 8 },
      { arbitrary: fc.constantFrom(...NUMBERS, ...LONG_NUMBERS, ...TEXTS, ...TIMES), weight: 2 },
      { arbitrary: fc.string({ unit: 'binary' }), weight: 1 },
    );

  const anyQuery = (names: readonly string[]): fc.Arbitrary<URLSearchParams> => {
    const own = fc
      .subarray([...names])
      .chain((chosen) =>
        fc.tuple(...chosen.map((name) => anyValue(name).map((value) => [name, value] as const))),
      );
    const stray = fc.oneof(
      { arbitrary: fc.constant([]), weight: 9 },
      {
        arbitrary: fc
          .tuple(fc.constantFrom(...names, 'x', '__proto__', 'limit[]'), anyValue('x'))
          .map((one) => [one] as const),
        weight: 1,
      },
    );
    return fc.tuple(own, stray).map((pairs) => {
      const query = new URLSearchParams();
      for (const [name, value] of pairs.flat()) query.append(name, value);
      return query;
    });
  };

  const isAnswer = (status: number, body: string): boolean =>
    status < 500 || (status === 503 && body.includes('problem:not-yet'));

  it.each(Object.keys(QUERIES))(
    'answers a read of %s, or rejects it and names the bad field',
    async (path) => {
      const seen = new Map<number, number>();
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...IDS, ...IDS, ...IDS, ...NO_IDS),
          anyQuery(QUERIES[path] ?? []),
          async (user, query) => {
            const { statusCode, body } = await read(
              api,
              `/v1/users/${user}/${path}?${query.toString()}`,
            );
            seen.set(statusCode, (seen.get(statusCode) ?? 0) + 1);
            expect([statusCode, isAnswer(statusCode, body)]).toEqual([statusCode, true]);
            if (statusCode === 400) expect(body).toMatch(/"errors":\[\{"field":"[^"]/);
          },
        ),
        { numRuns: 250 },
      );
      expect(seen.get(400)).toBeGreaterThan(0);
    },
  );

  it('answers every time zone, or rejects it', async () => {
    for (const tz of ZONES) {
      const url = `/v1/users/${ALICE}/usage?tz=${encodeURIComponent(tz)}`;
      expect([tz, [200, 400].includes((await read(api, url)).statusCode)]).toEqual([tz, true]);
    }
  });

  it('answers the whole range from the first time to the last', async () => {
    const [min, max] = ['0001-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z'];
    for (const path of ['transactions', 'transactions.csv', 'usage']) {
      const all = await read(api, `/v1/users/${ALICE}/${path}`);
      const same = await read(api, `/v1/users/${ALICE}/${path}?from=${min}&to=${max}`);
      expect(same.statusCode).toBe(200);
      if (path !== 'transactions') expect(same.body).toBe(all.body);
    }
    expect((await read(api, `/v1/users/${ALICE}/balance?at=${min}`)).json()).toMatchObject({
      balance: 0,
    });
    expect((await read(api, `/v1/users/${ALICE}/balance?at=${max}`)).statusCode).toBe(200);
  });

  it.each([
    ...NUMBERS.map(
      (id) => [id, /^\d+$/.test(id) && id !== '9007199254740992' ? 200 : 400] as const,
    ),
    ['x', 400],
    ['9'.repeat(400), 400],
  ] as const)('answers a stream after row %s with %i', async (id, status) => {
    if (!api.app.getHttpServer().listening) await api.app.listen(0, '127.0.0.1');
    const { port } = api.app.getHttpServer().address() as AddressInfo;
    const leave = new AbortController();
    const response = await fetch(`http://127.0.0.1:${port}/v1/users/${ALICE}/transactions/stream`, {
      signal: leave.signal,
      headers: { ...(await bearer({ roles: ['auditor'] })), 'last-event-id': id },
    });
    expect(response.status).toBe(status);
    leave.abort();
  });
});
