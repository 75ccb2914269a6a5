import type { FastifyInstance } from 'fastify';
import type { ApiObserver } from '../common/observer/api-observer.js';
import { routeOf } from '../common/problems/problem.filter.js';

/** Keeps answers below /v1 out of caches, and reports every completed request. */
export function reportRequests(fastify: FastifyInstance, observer: ApiObserver): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    if (request.url.startsWith('/v1/')) void reply.header('cache-control', 'no-store');
    done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    observer.requestCompleted({
      route: routeOf(request),
      method: request.method,
      status: reply.statusCode,
      ms: reply.elapsedTime,
    });
    done();
  });
}
