import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import {
  ALICE,
  SILENT_OBSERVER,
  bearer,
  openTestApi,
  read,
  type TestApi,
  type TestApiOptions,
} from '../testing/api-fixture.js';

const READ = `/v1/users/${ALICE}/balance`;
let api: TestApi;
const open = async (options?: TestApiOptions): Promise<TestApi> => {
  api = await openTestApi(options);
  return api;
};
afterEach(() => api.close());

describe('every answer', () => {
  it.each([
    READ,
    '/nowhere',
    '/docs',
    '/health/live',
    '/v1/%zz',
    `/v1/users/${'x'.repeat(300)}/balance`,
  ])('of %s has security headers', async (url) => {
    const { headers } = await read(await open(), url);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect(headers['content-security-policy']).toMatch(
      /default-src 'none'.*script-src 'self'.*frame-ancestors 'none'/,
    );
    expect(headers['content-security-policy']).not.toContain('unsafe');
    expect(headers['x-powered-by']).toBeUndefined();
  });

  it('below /v1 is not cached', async () => {
    expect((await read(await open(), READ)).headers['cache-control']).toBe('no-store');
  });

  it.each([
    ['/nowhere', 404],
    ['/v1/%zz', 400],
    [`/v1/users/${'x'.repeat(300)}/balance`, 414],
  ])('to an address that cannot be served is a problem: %s', async (url, status) => {
    const response = await read(await open(), url);
    expect(response.statusCode).toBe(status);
    expect(response.headers['content-type']).toMatch('application/problem+json');
    expect(response.json()).toMatchObject({ status, title: expect.any(String) as string });
  });

  it('is counted by its declared route, not by the requested URL', async () => {
    const answers: object[] = [];
    const observer = {
      ...SILENT_OBSERVER,
      requestCompleted: (report: object) => void answers.push(report),
    };
    await open({ parts: { observer } });
    await read(api, READ);
    await read(api, '/nowhere/at/all');
    expect(answers).toMatchObject([
      { method: 'GET', route: '/v1/users/:user_id/balance', status: 200 },
      { method: 'GET', route: 'none', status: 404 },
    ]);
  });
});

describe('a known address with another method', () => {
  it.each([
    ['POST', READ, 'GET, HEAD'],
    ['DELETE', `/v1/users/${ALICE}/transactions/1`, 'GET, HEAD'],
    ['PUT', `/v1/users/${ALICE}/transactions.csv?type=consume`, 'GET, HEAD'],
    ['GET', '/v1/commands/RechargePoints', 'POST'],
    ['GET', '/v1/commands/RechargePoints?x=1', 'POST'],
    ['PATCH', '/health/live', 'GET, HEAD'],
    ['OPTIONS', '/openapi.json', 'GET, HEAD'],
    ['TRACE', '/metrics', 'GET, HEAD'],
    ['QUERY', READ, 'GET, HEAD'],
    ['GET', '/v1/settings/check', 'POST'],
    ['OPTIONS', '/v1/settings/preview', 'POST'],
  ])('is answered 405 that names the supported methods: %s %s', async (method, url, allow) => {
    for (const pageFolder of [null, import.meta.dirname]) {
      await open({ parts: { pageFolder } });
      const response = await api.app.inject({ method: method as 'GET', url });
      expect(response.statusCode).toBe(405);
      expect(response.headers.allow).toBe(allow);
      expect(response.headers['content-type']).toMatch('application/problem+json');
      expect(response.headers['x-content-type-options']).toBe('nosniff');
      expect(response.json()).toMatchObject({ status: 405, title: 'Method not allowed' });
      if (pageFolder === null) await api.close();
    }
  });

  it.each([
    `/v1/users/${'x'.repeat(300)}/balance`,
    `/v1/users/${ALICE}/transactions/${'1'.repeat(300)}`,
  ])('is answered 414, not 405, when a parameter is too long: GET %s', async (url) => {
    for (const pageFolder of [null, import.meta.dirname]) {
      await open({ parts: { pageFolder } });
      const response = await read(api, url);
      expect(response.statusCode).toBe(414);
      expect(response.json()).toMatchObject({ status: 414, title: 'URI too long' });
      if (pageFolder === null) await api.close();
    }
  });

  it('is answered 404 when it supports no method at all', async () => {
    await open();
    for (const url of ['/v1/users//balance', '/v1/commands', '/v1', '/health', '/balance']) {
      const response = await api.app.inject({ method: 'POST', url });
      expect([url, response.statusCode]).toEqual([url, 404]);
    }
  });
});

describe('a caller that exceeds its rate limit', () => {
  const rates = { userPerSecond: 1, servicePerSecond: 2, anonymousPerSecond: 1 };
  const openLimited = async (options: TestApiOptions = {}): Promise<void> => {
    await open({ ...options, parts: { rates } });
    api.clock.standsAt = 0;
  };

  it('is answered 429 with Retry-After, and no other caller is', async () => {
    await openLimited();
    const user = { sub: ALICE, roles: ['user'] };
    const statuses = [];
    for (let i = 0; i < 6; i += 1) statuses.push((await read(api, READ, user)).statusCode);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
    const refused = await read(api, READ, user);
    expect(refused.headers['retry-after']).toBe('1');
    expect(refused.headers['content-type']).toMatch('application/problem+json');
    expect((await read(api, READ, { roles: ['auditor'] })).statusCode).toBe(200);
  });

  it('is answered 429 without a valid token, too', async () => {
    await openLimited();
    const statuses = [];
    for (let i = 0; i < 6; i += 1) statuses.push((await api.app.inject({ url: READ })).statusCode);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
    expect((await read(api, READ)).statusCode).toBe(200);
  });

  it.each([
    [false, [401, 401, 401, 401, 401, 429]],
    [true, [401, 401, 401, 401, 401, 401]],
  ])('is identified by the address that a trusted proxy sends: %p', async (is, expected) => {
    await openLimited({ isBehindProxy: is });
    const statusFrom = async (address: string) =>
      (await api.app.inject({ url: READ, headers: { 'x-forwarded-for': address } })).statusCode;
    const statuses = [];
    for (let i = 0; i < 6; i += 1) statuses.push(await statusFrom(`10.0.0.${i}`));
    expect(statuses).toEqual(expected);
  });

  it('can’t choose its address in front of the trusted proxy', async () => {
    await openLimited({ isBehindProxy: true });
    const statuses = [];
    for (let i = 0; i < 6; i += 1) {
      const headers = { 'x-forwarded-for': `10.0.0.${i}, 10.1.1.1` };
      statuses.push((await api.app.inject({ url: READ, headers })).statusCode);
    }
    expect(statuses.at(-1)).toBe(429);
  });

  it('is limited while it requests what is forbidden, too', async () => {
    await openLimited();
    const headers = await bearer({ sub: 'somebody', roles: [] });
    const statuses = [];
    for (let i = 0; i < 6; i += 1) {
      statuses.push((await api.app.inject({ url: READ, headers })).statusCode);
    }
    expect(statuses).toEqual([403, 403, 403, 403, 403, 429]);
  });
});

describe('the page', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'points-ledger-page-'));
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), '<!doctype html><title>用量明细</title>');
    writeFileSync(join(folder, 'assets', 'app-1a2b.js'), 'export {};');
    writeFileSync(join(folder, 'assets', 'app-1a2b.js.br'), brotliCompressSync('export {};'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const get = (url: string) => api.app.inject({ url });

  it('is served at each of its paths, and revalidated each time', async () => {
    await open({ parts: { pageFolder: folder } });
    for (const url of ['/', '/?lang=en', '/audit', '/audit?user=somebody']) {
      const page = await get(url);
      expect(page.statusCode).toBe(200);
      expect(page.headers['content-type']).toMatch('text/html');
      expect(page.headers['cache-control']).toBe('no-cache');
      expect(page.body).toContain('用量明细');
    }
  });

  it('has files that are cached permanently', async () => {
    await open({ parts: { pageFolder: folder } });
    const file = await get('/assets/app-1a2b.js');
    expect(file.statusCode).toBe(200);
    expect(file.headers['content-type']).toMatch('javascript');
    expect(file.headers['cache-control']).toMatch('immutable');
  });

  it('has files that are sent compressed to clients that accept it', async () => {
    await open({ parts: { pageFolder: folder } });
    const file = await api.app.inject({
      url: '/assets/app-1a2b.js',
      headers: { 'accept-encoding': 'gzip, br' },
    });
    expect(file.headers).toMatchObject({ 'content-encoding': 'br', vary: 'accept-encoding' });
    expect(file.headers['content-type']).toMatch('javascript');
    expect(file.headers['cache-control']).toMatch('immutable');
    expect(brotliDecompressSync(file.rawPayload).toString()).toBe('export {};');
    const page = await api.app.inject({ url: '/', headers: { 'accept-encoding': 'br' } });
    expect(page.headers['content-encoding']).toBeUndefined();
    expect(page.body).toContain('用量明细');
  });

  it.each([
    '/assets/none.js',
    '/v1/nowhere',
    '/v1/nowhere.js',
    '/health/nowhere',
    '/users/somebody',
    '/audit/',
    '/admin',
    '/robots.txt',
    '/..%2fpackage.json',
    '/%2e%2e/x.js',
  ])('is not served in the place of %s', async (url) => {
    await open({ parts: { pageFolder: folder } });
    const response = await get(url);
    expect(response.statusCode).toBeGreaterThanOrEqual(400);
    expect(response.headers['content-type']).toMatch('application/problem+json');
  });

  it('does not change the API', async () => {
    await open({ parts: { pageFolder: folder } });
    expect((await read(api, READ)).statusCode).toBe(200);
    expect((await get('/docs')).body).toContain('<title>points-ledger API</title>');
  });

  it('is answered 404 when it was not built', async () => {
    await open();
    expect((await get('/')).statusCode).toBe(404);
  });
});
