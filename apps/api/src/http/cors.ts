import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const METHODS = 'GET, HEAD, POST';
const REQUEST_HEADERS =
  'authorization, content-type, idempotency-key, if-none-match, last-event-id, traceparent';
/** What a page may read of an answer beside its body; all others are kept from it. */
const EXPOSED_HEADERS =
  'content-disposition, etag, idempotency-replayed, ledger-position, location, retry-after';
/** Browsers keep the answer to a preflight no longer than this (Chromium: two hours). */
const PREFLIGHT_SECONDS = 7_200;

/**
 * Lets pages of just these origins call from a browser. Credentials that a browser adds by itself stay
 * off: whoever calls carries a token. Other origins get the answers that they would get anyway, without
 * the headers by which a browser hands them on.
 */
export function enableCors(fastify: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return;
  const allowed = new Set(origins);
  fastify.addHook('onRequest', (request, reply, done) => {
    // Also where there is no origin, or a cache could give one page what was made for another.
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
