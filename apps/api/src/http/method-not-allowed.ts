import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { PROBLEM_MEDIA_TYPE } from '#contracts';
import { problemBody } from '../common/problems/problem.js';
import { MISSING_HOST } from './connection-errors.js';

/** The methods of every path that is declared, whoever declares it. */
export class RouteTable {
  readonly #methods = new Map<string, Set<string>>();

  add(path: string, methods: readonly string[]): void {
    if (path.includes('*')) return;
    const known = this.#methods.get(path) ?? new Set();
    for (const method of methods) known.add(method);
    this.#methods.set(path, known);
  }

  /** In order, each once; empty: there is nothing at that path. */
  methodsFor(path: string): readonly string[] {
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

/**
 * The router leaves a path to the wildcard, where there is one, when a part of it is too long to be a
 * parameter.
 */
const ADDRESS_TOO_LONG = {
  status: 414,
  name: 'bad-address',
  title: 'The address is too long',
  detail: 'The address is too long.',
} as const;

/** 405 with the methods that there are, where the path is known and the method is not. */
export function rejectUnknownMethods(fastify: FastifyInstance): void {
  const routes = new RouteTable();
  fastify.addHook('onRoute', ({ url, method }) => routes.add(url, [method].flat()));
  fastify.addHook('onRequest', (request, reply, done) => {
    if (request.raw.headers.host === undefined && request.raw.httpVersion === '1.1') {
      send(reply, problemBody(MISSING_HOST));
      return;
    }
    const methods = isUnknown(request) ? routes.methodsFor(pathOf(request)) : [];
    if (methods.length === 0) {
      done();
      return;
    }
    if (methods.includes(request.method)) {
      send(reply, problemBody(ADDRESS_TOO_LONG));
      return;
    }
    const detail = `This address knows ${methods.join(', ')}.`;
    void reply.header('allow', methods.join(', '));
    send(
      reply,
      problemBody({ status: 405, name: 'method-not-allowed', title: 'Method not allowed', detail }),
    );
  });
}

/**
 * Behind a path with a wildcard there are files, and everything that is unknown. One for OPTIONS is
 * there for browsers that ask before they ask.
 */
const isUnknown = (request: FastifyRequest): boolean =>
  request.is404 ||
  (request.routeOptions.url?.includes('*') === true && request.method !== 'OPTIONS');

const pathOf = ({ url }: FastifyRequest): string => url.split('?')[0] ?? url;

const send = (reply: FastifyReply, body: ReturnType<typeof problemBody>): void =>
  void reply.status(body.status).type(PROBLEM_MEDIA_TYPE).send(JSON.stringify(body));
