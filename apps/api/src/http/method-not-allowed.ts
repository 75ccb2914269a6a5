import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { PROBLEM_MEDIA_TYPE } from '#contracts';
import { problemBody } from '../common/problems/problem.js';
import { MISSING_HOST } from './connection-errors.js';

/** Knows the methods of every declared path. */
class RouteTable {
  readonly #methods = new Map<string, Set<string>>();

  add(path: string, methods: readonly string[]): void {
    if (path.includes('*')) return;
    const known = this.#methods.get(path) ?? new Set();
    for (const method of methods) known.add(method);
    this.#methods.set(path, known);
  }

  /** Whether a path is declared as it is, without parameters. */
  has(path: string): boolean {
    return this.#methods.has(path);
  }

  /** The sorted methods without duplicates, or an empty list when the path does not exist. */
  methodsFor(path: string): readonly string[] {
    const own = this.#methods.get(path);
    if (own !== undefined) return [...own].sort();
    const all = [...this.#methods].filter(([declared]) => matchesPath(declared, path));
    return [...new Set(all.flatMap(([, methods]) => [...methods]))].sort();
  }
}

function matchesPath(declared: string, path: string): boolean {
  const [parts, requested] = [declared.split('/'), path.split('/')];
  return (
    parts.length === requested.length &&
    parts.every((part, i) => (part.startsWith(':') ? requested[i] !== '' : part === requested[i]))
  );
}

/** The router falls through to a wildcard when a part of the path is too long to be a parameter. */
const ADDRESS_TOO_LONG = {
  status: 414,
  name: 'bad-address',
  title: 'URI too long',
  detail: 'The address is too long.',
} as const;

/** Answers 405 with the supported methods when the path exists and the method is not supported. */
export function rejectUnknownMethods(fastify: FastifyInstance): void {
  const routes = new RouteTable();
  fastify.addHook('onRoute', ({ url, method }) => routes.add(url, [method].flat()));
  fastify.addHook('onRequest', (request, reply, done) => {
    if (request.raw.headers.host === undefined && request.raw.httpVersion === '1.1') {
      send(reply, problemBody(MISSING_HOST));
      return;
    }
    const path = pathOf(request);
    const isRejected = isUnknown(request) || (matchedParameter(request) && routes.has(path));
    const methods = isRejected ? routes.methodsFor(path) : [];
    if (methods.length === 0) {
      done();
      return;
    }
    if (methods.includes(request.method)) {
      send(reply, problemBody(ADDRESS_TOO_LONG));
      return;
    }
    const detail = `This address supports ${methods.join(', ')}.`;
    void reply.header('allow', methods.join(', '));
    send(
      reply,
      problemBody({ status: 405, name: 'method-not-allowed', title: 'Method not allowed', detail }),
    );
  });
}

/**
 * A wildcard route serves files and catches every unknown path. The one for OPTIONS answers the
 * preflight requests of browsers.
 */
const isUnknown = (request: FastifyRequest): boolean =>
  request.is404 ||
  (request.routeOptions.url?.includes('*') === true && request.method !== 'OPTIONS');

/** The router takes another route, whose last part is a parameter, where a path lacks the method. */
const matchedParameter = ({ routeOptions }: FastifyRequest): boolean =>
  routeOptions.url?.includes(':') === true;

const pathOf = ({ url }: FastifyRequest): string => url.split('?')[0] ?? url;

const send = (reply: FastifyReply, body: ReturnType<typeof problemBody>): void =>
  void reply.status(body.status).type(PROBLEM_MEDIA_TYPE).send(JSON.stringify(body));
