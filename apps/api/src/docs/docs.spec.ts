import fc from 'fast-check';
import { parseIdempotencyKey } from '#contracts';
import { openTestApi, type TestApi } from '../testing/api-fixture.js';
import type { ApiDescription } from './description.js';

const METHODS = ['get', 'post'];

describe('the description of the API', () => {
  let api: TestApi;
  let described: ApiDescription;
  const routes: string[] = [];
  beforeAll(async () => {
    api = await openTestApi({
      onRoute: ({ method, url }) => {
        for (const one of [method].flat()) {
          if (METHODS.includes(one.toLowerCase())) routes.push(`${one.toLowerCase()} ${url}`);
        }
      },
    });
    described = (await api.app.inject({ url: '/openapi.json' })).json<ApiDescription>();
  });
  afterAll(() => api.close());

  const operations = () =>
    Object.entries(described.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    );

  it('says of a read that it may find the account parked, and what it answers then', () => {
    const read = described.paths['/v1/users/{user_id}/balance']?.['get'];
    expect(read?.responses['409']?.description).toContain('account-parked');
    const command = described.paths['/v1/commands/RechargePoints']?.['post'];
    expect(command?.responses['409']?.description).toContain('CommandIdReused');
    for (const name of [
      'AccountBalance',
      'AccountBatches',
      'TransactionsPage',
      'TransactionStory',
    ]) {
      expect(JSON.stringify(described.components.schemas[name])).toContain('"parked"');
    }
  });

  it('names every route, and none that there is not', () => {
    const named = operations().map(({ path, method }) => {
      const route = path.replaceAll(/\{(\w+)\}/g, ':$1');
      return `${method} ${route.replace(/^(\/v1\/commands)\/\w+$/, '$1/:type')}`;
    });
    const isFurniture = (route: string): boolean => route === 'get /docs/style.css';
    const there = [...new Set(routes)].filter((route) => !isFurniture(route));
    expect([...new Set(named)].sort()).toEqual(there.sort());
  });

  it('refers only to schemas that it has', () => {
    const text = JSON.stringify(described.paths);
    const names = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(20);
    for (const name of names) expect(described.components.schemas).toHaveProperty(name ?? '');
  });

  it('is made of the schemas that parse: their fields and bounds', () => {
    expect(described.components.schemas).toMatchObject({
      ConsumePoints: {
        type: 'object',
        required: ['user_id', 'points', 'source_type'],
        properties: { points: { type: 'integer', minimum: 1, maximum: 1_000_000_000 } },
      },
      TransactionsPage: { properties: { items: { items: { required: expect.any(Array) as [] } } } },
    });
    const page = described.paths['/v1/users/{user_id}/transactions']?.['get'];
    expect(page?.parameters.map(({ name }) => name)).toEqual([
      'user_id',
      'type',
      'source_type',
      'from',
      'to',
      'limit',
      'cursor',
      'min_position',
    ]);
  });

  it('says that a command has no other fields, and no duration where nothing is billed by it', () => {
    const { schemas } = described.components;
    for (const type of ['RechargePoints', 'ConsumePoints', 'RefundPoints', 'ExpirePoints']) {
      expect(schemas[type]).toMatchObject({ additionalProperties: false });
    }
    expect(schemas['ConsumePoints']).toMatchObject({
      if: { properties: { source_type: { enum: ['script', 'polish', 'voice_clone'] } } },
      then: { properties: { duration: { type: 'null' } } },
    });
  });

  it('allows no Idempotency-Key that is not taken', () => {
    const post = described.paths['/v1/commands/ExpirePoints']?.['post'];
    const key = post?.parameters.find(({ name }) => name === 'Idempotency-Key');
    const { pattern, maxLength } = key?.schema as { pattern: string; maxLength: number };
    fc.assert(
      fc.property(fc.stringMatching(new RegExp(pattern)), (header) => {
        fc.pre(header.length <= maxLength);
        expect([header, parseIdempotencyKey(header).ok]).toEqual([header, true]);
      }),
      { numRuns: 2_000 },
    );
  });

  it('says of the stored events that no hash covers recorded_at', () => {
    const events = described.paths['/v1/users/{user_id}/events']?.['get'];
    expect(events?.responses['200']?.description).toContain('recorded_at');
  });

  it('says of parameters what they are read as', () => {
    const page = described.paths['/v1/users/{user_id}/transactions']?.['get'];
    const schemaOf = (name: string) => page?.parameters.find((one) => one.name === name)?.schema;
    expect(schemaOf('limit')).toMatchObject({ type: 'integer', minimum: 1, maximum: 100 });
    expect(schemaOf('from')).toMatchObject({ type: 'string', format: 'date-time' });
    expect(schemaOf('user_id')).toMatchObject({ type: 'string', format: 'uuid' });
  });

  it('gives every operation an id of its own', () => {
    const ids = operations().map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('can be read as a page that needs no script, under the strictest policy', async () => {
    const page = await api.app.inject({ url: '/docs' });
    expect(page.headers['content-type']).toMatch('text/html');
    expect(page.headers['content-security-policy']).toMatch("default-src 'none'");
    expect(page.body).not.toMatch(/<script|<style|style=|https?:\/\//);
    for (const { path } of operations()) expect(page.body).toContain(path);
    const style = await api.app.inject({ url: '/docs/style.css' });
    expect(style.headers['content-type']).toMatch('text/css');
  });
});
