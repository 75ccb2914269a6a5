import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { DynamicModule } from '@nestjs/common';
import { AccountCommandProcessor } from '#commands';
import { GracefulShutdown } from '#platform/process';
import { API_OBSERVER, type ApiObserver } from './common/observer/api-observer.js';
import { handleClientError, rejectConnectAndExpect } from './http/connection-errors.js';
import { enableCors } from './http/cors.js';
import { InFlightRequests, closeGracefully } from './http/graceful-close.js';
import { useJsonBodyParser } from './http/json-body-parser.js';
import { rejectUnknownMethods } from './http/method-not-allowed.js';
import { ProblemAdapter } from './http/problem-adapter.js';
import { reportRequests } from './http/request-metrics.js';
import { SECURITY_HEADERS } from './http/security-headers.js';
import { serveWebPage } from './http/static-page.js';

export interface HttpOptions {
  /** Whether X-Forwarded-For is trusted: only behind a proxy that sets it. */
  readonly isBehindProxy: boolean;
  /** Origins of pages in a browser that may call from elsewhere, compared exactly. */
  readonly corsOrigins: readonly string[];
  /** The folder of the built page, or null when no page is served. */
  readonly pageFolder: string | null;
}

const BODY_BYTES_MAX = 64 * 1024;
const REQUEST_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_MS = 72_000;
const PARAM_CHARS_MAX = 200;
/** An address that more proxies than these have added is not trusted. */
const TRUSTED_PROXIES = 1;
const CLOSE_MS_MAX = 5_000;
const DRAIN_MS_MAX = 3_000;

/** Builds the whole process except that it does not listen yet. Closing it is a graceful shutdown. */
export async function createApi(
  module: DynamicModule,
  { isBehindProxy, corsOrigins, pageFolder }: HttpOptions,
): Promise<NestFastifyApplication> {
  const adapter = new ProblemAdapter({
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: 'idle',
    trustProxy: isBehindProxy && ((_: string, hop: number) => hop < TRUSTED_PROXIES),
    routerOptions: { maxParamLength: PARAM_CHARS_MAX },
    // Node would answer a request without a Host header without a body, so that a hook answers it instead.
    http: { requireHostHeader: false },
    clientErrorHandler: handleClientError,
  });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    bodyParser: false,
    abortOnError: false,
    // The caller reports a failed start, which must not be reported twice.
    logger: false,
  });
  app.useSecurityHeaders(SECURITY_HEADERS);
  const fastify = app.getHttpAdapter().getInstance();
  // CORS comes before everything that answers, so that a page of another origin can read errors too.
  enableCors(fastify, corsOrigins);
  useJsonBodyParser(fastify);
  reportRequests(fastify, app.get<ApiObserver>(API_OBSERVER));
  rejectUnknownMethods(fastify);
  if (pageFolder !== null) await serveWebPage(fastify, pageFolder);
  rejectConnectAndExpect(app.getHttpServer());
  closeOnShutdown(app);
  return app;
}

/**
 * The server closes while commands are still processed. Their requests end when the commands are
 * answered, or when the processor gives them up.
 */
function closeOnShutdown(app: NestFastifyApplication): void {
  const inFlight = new InFlightRequests(app.getHttpServer());
  const processor = app.get(AccountCommandProcessor, { strict: false });
  app.get(GracefulShutdown, { strict: false }).register({
    name: 'http',
    phase: 'input',
    msMax: CLOSE_MS_MAX,
    run: () =>
      Promise.all([closeGracefully(app, inFlight, CLOSE_MS_MAX), processor.drain(DRAIN_MS_MAX)]),
  });
}
