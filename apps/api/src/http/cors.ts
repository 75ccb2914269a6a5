import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const METHODS = 'GET, HEAD, POST';
const REQUEST_HEADERS =
  'authorization, content-type, idempotency-key, if-none-match, last-event-id, traceparent';
/** The response headers that a page of another origin may read. */
const EXPOSED_HEADERS =
  'content-disposition, etag, idempotency-replayed, ledger-position, location, retry-after';
/** Browsers keep the answer to a preflight no longer than this (Chromium: two hours). */
const PREFLIGHT_SECONDS = 7_200;

/**
 * Permits pages of exactly these origins to call from a browser. Credentials that a browser adds by
 * itself are not permitted, because every caller sends a token. Other origins get the same answers,
 * without the headers that let a page read them.
 */
export function enableCors(fastify: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return;
  const allowed = new Set(origins);
  fastify.addHook('onRequest', (request, reply, done) => {
    // Vary is sent without an origin too, or a cache could serve one origin the answer for another.
    void reply.header('vary', 'origin');
    const { origin } = request.headers;
    if (origin === undefined || !allowed.has(origin)) {
      done();
      return;
    }
    void reply.header('access-control-allow-origin', origin);
    if (isPreflight(request)) answerPreflight(reply);
    else {
      void reply.header('access-control-expose-headers', EXPOSED_HEADERS);
      done();
    }
  });
}

const isPreflight = ({ method, headers }: FastifyRequest): boolean =>
  method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;

function answerPreflight(reply: FastifyReply): void {
  void reply
    .status(204)
    .header('access-control-allow-methods', METHODS)
    .header('access-control-allow-headers', REQUEST_HEADERS)
    .header('access-control-max-age', String(PREFLIGHT_SECONDS))
    .send();
}
