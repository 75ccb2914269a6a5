import { createTestDatabase, type TestDatabase } from '#testing';
import { GracefulShutdown, Health, readConfiguration } from '#platform/process';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { API_VARIABLES, httpOptions } from './api-variables.js';
import { ApiModule } from './api.module.js';
import { createApi } from './create-api.js';
import { ALICE, SECRET, eventually } from './testing/api-fixture.js';

describe('the API as its process builds it', () => {
  let database: TestDatabase;
  let app: NestFastifyApplication;

  beforeAll(async () => {
    database = await createTestDatabase('api_module');
    const url = (await database.emptyPool()).options.connectionString ?? '';
    const environment = {
      EVENT_STORE: url,
      DATABASE_URL: url,
      JWT_KEY: SECRET,
      CURSOR_KEY: SECRET,
      LOG_LEVEL: 'fatal',
      SENDERS: 'anybody',
    };
    const config = readConfiguration(API_VARIABLES, environment);
    app = await createApi(ApiModule.forRoot(config, environment), httpOptions(config));
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  it('becomes ready once its stores have answered', async () => {
    await eventually(async () => {
      const { statusCode, body } = await app.inject({ url: '/health/ready' });
      expect([statusCode, body]).toEqual([200, expect.stringContaining('"ok"')]);
    });
    expect(Object.keys(app.get(Health, { strict: false }).ready().parts).sort()).toEqual([
      'clock',
      'commands',
      'event store',
      'read tables',
      'reads',
      'senders',
      'settings',
    ]);
  });

  it('requires a token, and publishes its metrics', async () => {
    const refused = await app.inject({ url: `/v1/users/${ALICE}/balance` });
    expect(refused.statusCode).toBe(401);
    const { body } = await app.inject({ url: '/metrics' });
    expect(body).toContain('ledger_http_request_seconds_count{');
    expect(body).toContain('app="api"');
  });

  it('shuts down gracefully, with every step within its limit', async () => {
    await app.close();
    expect(app.get(GracefulShutdown, { strict: false }).hasFailed).toBe(false);
  });
});
