import fc from 'fast-check';
import {
  COMMAND_TYPES,
  commandOutcome,
  commandTypesOf,
  parseCommandData,
  parseIdempotencyKey,
} from '#contracts';
import { openTestApi, type TestApi } from '../testing/api-fixture.js';
import {
  COMMAND_EXAMPLES,
  OUTCOME_EXAMPLES,
  RESPONSE_EXAMPLES,
  outcomeExample,
} from './examples.js';
import type { OpenApiDocument } from './openapi-types.js';
import { RESPONSE_SCHEMAS } from './schemas.js';

const METHODS = ['get', 'post'];

describe('the OpenAPI document', () => {
  let api: TestApi;
  let document: OpenApiDocument;
  const routes: string[] = [];
  beforeAll(async () => {
    api = await openTestApi({
      onRoute: ({ method, url }) => {
        for (const one of [method].flat()) {
          if (METHODS.includes(one.toLowerCase())) routes.push(`${one.toLowerCase()} ${url}`);
        }
      },
    });
    document = (await api.app.inject({ url: '/openapi.json' })).json<OpenApiDocument>();
  });
  afterAll(() => api.close());

  const operations = () =>
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    );

  it('describes the 409 of reads and of commands, and the mark of a parked account', () => {
    const read = document.paths['/v1/users/{user_id}/balance']?.['get'];
    expect(read?.responses['409']?.description).toContain('account-parked');
    const command = document.paths['/v1/commands/RechargePoints']?.['post'];
    expect(command?.responses['409']?.description).toContain('CommandIdReused');
    for (const name of [
      'AccountBalance',
      'AccountBatches',
      'TransactionsPage',
      'TransactionStory',
    ]) {
      expect(document.components.schemas[name]).toMatchObject({
        properties: { parked: { $ref: '#/components/schemas/Parked' } },
      });
    }
  });

  it('describes exactly the routes that exist', () => {
    const named = operations().map(({ path, method }) => {
      const route = path.replaceAll(/\{(\w+)\}/g, ':$1');
      return `${method} ${route.replace(/^(\/v1\/commands)\/\w+$/, '$1/:type')}`;
    });
    const isAsset = (route: string): boolean => route.startsWith('get /docs/');
    const there = [...new Set(routes)].filter((route) => !isAsset(route));
    expect([...new Set(named)].sort()).toEqual(there.sort());
  });

  it('refers only to schemas that it contains', () => {
    const text = JSON.stringify(document);
    const names = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(20);
    for (const name of names) expect(document.components.schemas).toHaveProperty(name ?? '');
  });

  it('takes fields and bounds from the schemas that parse', () => {
    expect(document.components.schemas).toMatchObject({
      ConsumePoints: {
        type: 'object',
        required: ['user_id', 'points', 'source_type'],
        properties: { points: { type: 'integer', minimum: 1, maximum: 1_000_000_000 } },
      },
      TransactionsPage: {
        properties: { items: { items: { $ref: '#/components/schemas/PointTransaction' } } },
      },
      PointTransaction: { required: expect.any(Array) as [] },
    });
    const page = document.paths['/v1/users/{user_id}/transactions']?.['get'];
    expect(page?.parameters.map(({ name }) => name)).toEqual([
      'user_id',
      'type',
      'source_type',
      'source_id',
      'from',
      'to',
      'limit',
      'cursor',
      'min_position',
    ]);
  });

  it('permits no other fields of a command, and a duration only where it is billed', () => {
    const { schemas } = document.components;
    for (const type of ['RechargePoints', 'ConsumePoints', 'RefundPoints', 'ExpirePoints']) {
      expect(schemas[type]).toMatchObject({ additionalProperties: false });
    }
    expect(schemas['ConsumePoints']).toMatchObject({
      if: { properties: { source_type: { enum: ['script', 'polish', 'voice_clone'] } } },
      then: { properties: { duration: { type: 'null' } } },
    });
  });

  it('describes the commands of the rules in force, and no others', async () => {
    const posts = (described: OpenApiDocument) =>
      Object.keys(described.paths)
        .filter((path) => path.startsWith('/v1/commands/'))
        .map((path) => path.slice('/v1/commands/'.length));
    expect(posts(document)).toEqual(commandTypesOf(1));
    const later = await openTestApi({ settings: { rules: 2 } });
    const newest = (await later.app.inject({ url: '/openapi.json' })).json<OpenApiDocument>();
    await later.close();
    expect(posts(newest)).toEqual(COMMAND_TYPES);
    expect(newest.components.schemas).toMatchObject({
      ConsumePoints: {
        required: ['user_id', 'source_type'],
        properties: { source_type: { pattern: '^[a-z][a-z0-9_]{0,31}$' } },
        allOf: [{ if: { required: ['overrun'] } }, { if: { required: ['on_timeout'] } }],
      },
      ExtendConsumption: {
        additionalProperties: false,
        anyOf: [{}, {}, {}, {}],
        required: ['user_id', 'consumption_id'],
      },
      ReverseRecharge: {
        properties: { cause: { enum: ['payment_refunded', 'chargeback', 'mistake'] } },
        required: ['user_id', 'recharge_id', 'cause'],
      },
    });
  });

  it('permits only an Idempotency-Key that is accepted', () => {
    const post = document.paths['/v1/commands/ExpirePoints']?.['post'];
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

  it('states that no hash covers recorded_at', () => {
    const events = document.paths['/v1/users/{user_id}/events']?.['get'];
    expect(events?.responses['200']?.description).toContain('recorded_at');
  });

  it('describes parameters by the type that they are parsed to', () => {
    const page = document.paths['/v1/users/{user_id}/transactions']?.['get'];
    const schemaOf = (name: string) => page?.parameters.find((one) => one.name === name)?.schema;
    expect(schemaOf('limit')).toMatchObject({ type: 'integer', minimum: 1, maximum: 100 });
    expect(schemaOf('from')).toMatchObject({ type: 'string', format: 'date-time' });
    expect(schemaOf('user_id')).toMatchObject({ type: 'string', format: 'uuid' });
  });

  it('gives every operation a unique id', () => {
    const ids = operations().map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('gives an example of every request body and of every answer', () => {
    const anything: unknown = expect.anything();
    for (const { path, method, operation } of operations()) {
      const bodies = [operation.requestBody, ...Object.values(operation.responses)];
      for (const { content } of bodies.filter((body) => body !== undefined)) {
        for (const media of Object.values(content ?? {})) {
          expect([method, path, media]).toEqual([
            method,
            path,
            { schema: anything, example: anything },
          ]);
        }
      }
    }
  });

  it.each(COMMAND_TYPES)('gives a valid example of %s and of its outcome', (type) => {
    for (const rules of [1, 2] as const) {
      if (!commandTypesOf(rules).includes(type)) continue;
      const parsed = parseCommandData(type, COMMAND_EXAMPLES[type], rules);
      expect([rules, parsed]).toMatchObject([rules, { ok: true }]);
    }
    expect(commandOutcome.safeParse(outcomeExample(type))).toMatchObject({ success: true });
  });

  it.each(Object.entries(OUTCOME_EXAMPLES))('gives a valid outcome that is %s', (_, outcome) => {
    expect(commandOutcome.safeParse(outcome)).toMatchObject({ success: true });
  });

  it.each(Object.entries(RESPONSE_EXAMPLES))('gives a valid example of %s', (name, example) => {
    const schema = RESPONSE_SCHEMAS[name as keyof typeof RESPONSE_EXAMPLES];
    expect(schema.safeParse(example)).toMatchObject({ success: true });
  });

  it('types every error answer by its problem types, its status and its members', () => {
    const { schemas } = document.components;
    for (const { operation } of operations()) {
      const problems = Object.entries(operation.responses).flatMap(([status, { content = {} }]) => {
        const media = content['application/problem+json'] as
          { schema: { $ref: string } } | undefined;
        return media === undefined || status === '414' ? [] : [[status, media] as const];
      });
      for (const [status, { schema }] of problems) {
        const name = schema.$ref.slice('#/components/schemas/'.length);
        expect(schemas[name]).toMatchObject({
          properties: {
            type: { enum: expect.arrayContaining([expect.stringMatching(/^urn:/)]) as [] },
            status: { const: Number(status) },
          },
        });
      }
    }
    expect(schemas['CommandRefused']).toMatchObject({
      properties: {
        code: { enum: expect.arrayContaining(['InsufficientPoints', 'TooLate']) as [] },
      },
      required: expect.arrayContaining(['code', 'outcome']) as [],
    });
  });

  it('is rendered by a page whose scripts and styles are files of the own origin', async () => {
    const page = await api.app.inject({ url: '/docs' });
    expect(page.headers['content-type']).toMatch('text/html');
    expect(page.headers['content-security-policy']).toMatch(
      /default-src 'none'.*script-src 'self'/,
    );
    expect(page.headers['content-security-policy']).not.toContain('unsafe');
    expect(page.body).not.toMatch(/<script(?! src=")|<style|style=|https?:\/\//);
    const files = [...page.body.matchAll(/(?:src|href)="(\/docs\/[^"]+)"/g)].map(([, url]) => url);
    expect(files).toHaveLength(4);
    for (const url of files) {
      const file = await api.app.inject({ url: url ?? '' });
      expect([url, file.statusCode]).toEqual([url, 200]);
      expect(file.headers['content-type']).toMatch(
        /^(text\/(javascript|css); charset=utf-8|image\/png)$/,
      );
      expect(file.rawPayload.length).toBeGreaterThan(100);
    }
  });

  it.each(['package.json', 'constructor', '..%2Fpackage.json', 'swagger-ui-bundle.js.map'])(
    'serves no other file of the package: %s',
    async (file) => {
      const response = await api.app.inject({ url: `/docs/${file}` });
      expect(response.statusCode).toBe(404);
      expect(response.headers['content-type']).toMatch('application/problem+json');
    },
  );
});
