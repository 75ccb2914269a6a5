import { ALICE, bearer, openTestApi, type TestApi } from '../testing/api-fixture.js';

const OURS = 'https://app.example.com';
const THEIRS = 'https://app.example.com.evil.example';
const URL_OF_ROWS = `/v1/users/${ALICE}/transactions`;

const corsHeaders = (headers: object): string[] =>
  Object.keys(headers).filter((name) => name.startsWith('access-control-'));

describe('a page of another origin', () => {
  let api: TestApi;
  beforeAll(async () => (api = await openTestApi({ corsOrigins: [OURS] })));
  afterAll(() => api.close());

  const preflight = (origin: string, url = URL_OF_ROWS) =>
    api.app.inject({
      method: 'OPTIONS',
      url,
      headers: {
        origin,
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'authorization',
      },
    });
  const get = async (origin: string, url = URL_OF_ROWS) =>
    api.app.inject({ url, headers: { origin, ...(await bearer({ roles: ['auditor'] })) } });

  it.each([URL_OF_ROWS, '/v1/commands/ConsumePoints'])(
    'that is listed gets an answer to a preflight without a token: %s',
    async (url) => {
      const response = await preflight(OURS, url);
      expect([response.statusCode, response.body]).toEqual([204, '']);
      expect(response.headers).toMatchObject({
        'access-control-allow-origin': OURS,
        'access-control-allow-methods': 'GET, HEAD, POST',
        vary: 'origin',
      });
      const headers = response.headers['access-control-allow-headers'];
      for (const name of ['authorization', 'idempotency-key', 'last-event-id']) {
        expect(headers).toContain(name);
      }
      expect(response.headers['access-control-allow-credentials']).toBeUndefined();
    },
  );

  it('that is listed may read the answer and its position', async () => {
    const response = await get(OURS);
    expect(response.statusCode).toBe(200);
    expect(response.headers['access-control-allow-origin']).toBe(OURS);
    expect(response.headers['access-control-expose-headers']).toContain('ledger-position');
  });

  it('that is listed may read error answers', async () => {
    for (const url of ['/v1/nothing', `${URL_OF_ROWS}?limit=x`, '/v1/commands/ConsumePoints']) {
      const { statusCode, headers } = await get(OURS, url);
      expect(statusCode).toBeGreaterThanOrEqual(400);
      expect([url, headers['access-control-allow-origin']]).toEqual([url, OURS]);
    }
  });

  it.each([THEIRS, 'null', 'http://app.example.com', 'https://APP.example.com', `${OURS}/`])(
    'that is not listed exactly gets no CORS headers: %s',
    async (origin) => {
      const preflighted = await preflight(origin);
      expect(preflighted.statusCode).not.toBe(204);
      expect(corsHeaders(preflighted.headers)).toEqual([]);
      expect(corsHeaders((await get(origin)).headers)).toEqual([]);
      expect(preflighted.headers['vary']).toContain('origin');
    },
  );

  it('gets no CORS headers when none is listed, and answers do not vary', async () => {
    const closed = await openTestApi();
    const { headers } = await closed.app.inject({
      url: URL_OF_ROWS,
      headers: { origin: OURS, ...(await bearer({ roles: ['auditor'] })) },
    });
    expect(corsHeaders(headers)).toEqual([]);
    await closed.close();
  });
});
