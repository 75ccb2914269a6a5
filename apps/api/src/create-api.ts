import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { LoggerService } from '@nestjs/common';
import { ApiModule } from './api.module.js';
import type { ApiParts } from './api-parts.js';
import { InFlightRequests, closeGracefully } from './http/graceful-close.js';
import { enableCors } from './http/cors.js';
import { useJsonBodyParser } from './http/json-body-parser.js';
import { rejectUnknownMethods } from './http/method-not-allowed.js';
import { ProblemAdapter } from './http/problem-adapter.js';
import { handleClientError, rejectConnectAndExpect } from './http/connection-errors.js';
import { reportRequests } from './http/request-metrics.js';
import { SECURITY_HEADERS } from './http/security-headers.js';
import { serveWebPage } from './http/static-page.js';

export interface HttpOptions {
  /** Whether X-Forwarded-For is believed: only behind a proxy that sets it. */
  readonly isBehindProxy: boolean;
  /** Of pages in a browser that may call from elsewhere, to the letter. */
  readonly corsOrigins: readonly string[];
}

const BODY_BYTES_MAX = 64 * 1024;
const REQUEST_WAIT_MS_MAX = 30_000;
const KEEP_ALIVE_MS = 72_000;
const PARAM_CHARS_MAX = 200;
/** Addresses that were written down by more of them are hearsay. */
const TRUSTED_PROXIES = 1;

export interface Api {
  readonly app: NestFastifyApplication;
  /** In order: what is being answered is answered, everything else is ended. */
  close(): Promise<void>;
}

/** The whole process but its port: what is left is to listen. */
export async function createApi(
  parts: ApiParts,
  { isBehindProxy, corsOrigins }: HttpOptions,
  logger: LoggerService | false,
): Promise<Api> {
  const adapter = new ProblemAdapter({
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_WAIT_MS_MAX,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: 'idle',
    trustProxy: isBehindProxy && ((_: string, hop: number) => hop < TRUSTED_PROXIES),
    routerOptions: { maxParamLength: PARAM_CHARS_MAX },
    // Node's own answer to a request without one has no body: a hook answers it instead.
    http: { requireHostHeader: false },
    clientErrorHandler: handleClientError,
  });
  const app = await NestFactory.create<NestFastifyApplication>(ApiModule.of(parts), adapter, {
    bodyParser: false,
    abortOnError: false,
    logger,
  });
  app.useSecurityHeaders(SECURITY_HEADERS);
  const fastify = app.getHttpAdapter().getInstance();
  // Before anything that answers: what is refused is for the page to read, too.
  enableCors(fastify, corsOrigins);
  useJsonBodyParser(fastify);
  reportRequests(fastify, parts);
  rejectUnknownMethods(fastify);
  if (parts.pageFolder !== null) await serveWebPage(fastify, parts.pageFolder);
  rejectConnectAndExpect(app.getHttpServer());
  const inFlight = new InFlightRequests(app.getHttpServer());
  return { app, close: () => closeGracefully(app, inFlight) };
}
