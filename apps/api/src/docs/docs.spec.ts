import fc from 'fast-check';
import { COMMAND_TYPES, commandOutcome, parseCommandData, parseIdempotencyKey } from '#contracts';
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

describe('the description of the API', () => {
  let api: TestApi;
  let described: OpenApiDocument;
  const routes: string[] = [];
  beforeAll(async () => {
    api = await openTestApi({
      onRoute: ({ method, url }) => {
        for (const one of [method].flat()) {
          if (METHODS.includes(one.toLowerCase())) routes.push(`${one.toLowerCase()} ${url}`);
        }
      },
    });
    described = (await api.app.inject({ url: '/openapi.json' })).json<OpenApiDocument>();
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
      expect(described.components.schemas[name]).toMatchObject({
        properties: { parked: { $ref: '#/components/schemas/Parked' } },
      });
    }
  });

  it('names every route, and none that there is not', () => {
    const named = operations().map(({ path, method }) => {
      const route = path.replaceAll(/\{(\w+)\}/g, ':$1');
      return `${method} ${route.replace(/^(\/v1\/commands)\/\w+$/, '$1/:type')}`;
    });
    const isAsset = (route: string): boolean => route.startsWith('get /docs/');
    const there = [...new Set(routes)].filter((route) => !isAsset(route));
    expect([...new Set(named)].sort()).toEqual(there.sort());
  });

  it('refers only to schemas that it has', () => {
    const text = JSON.stringify(described);
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
      TransactionsPage: {
        properties: { items: { items: { $ref: '#/components/schemas/PointTransaction' } } },
      },
      PointTransaction: { required: expect.any(Array) as [] },
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

  it('gives an example of every request body and of every answer', () => {
    for (const { path, method, operation } of operations()) {
      const bodies = [operation.requestBody, ...Object.values(operation.responses)];
      for (const { content } of bodies.filter((body) => body !== undefined)) {
        for (const media of Object.values(content ?? {})) {
          expect([method, path, media]).toEqual([
            method,
            path,
            expect.objectContaining({ schema: expect.anything(), example: expect.anything() }),
          ]);
        }
      }
    }
  });

  it.each(COMMAND_TYPES)('gives an example of %s that is taken, and its outcome', (type) => {
    expect(parseCommandData(type, COMMAND_EXAMPLES[type])).toMatchObject({ ok: true });
    expect(commandOutcome.safeParse(outcomeExample(type))).toMatchObject({ success: true });
  });

  it.each(Object.entries(OUTCOME_EXAMPLES))('gives a valid outcome that is %s', (_, outcome) => {
    expect(commandOutcome.safeParse(outcome)).toMatchObject({ success: true });
  });

  it.each(Object.entries(RESPONSE_EXAMPLES))('gives a valid example of %s', (name, example) => {
    const schema = RESPONSE_SCHEMAS[name as keyof typeof RESPONSE_EXAMPLES];
    expect(schema.safeParse(example)).toMatchObject({ success: true });
  });

  it('types every error answer: its problem types, its status and what it carries', () => {
    const { schemas } = described.components;
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
