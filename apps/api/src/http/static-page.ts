import { extname } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** A file of the build has its hash in its name; the page itself is asked for again each time. */
const HASHED = /^\/assets\//;
const YEAR_SECONDS = 31_536_000;

/** Where the page is: the usage of an account, and the account as auditors see it. */
const PAGES = ['/', '/audit'];

/** The page at the addresses that it knows, and its files. Everything else is not found. */
export async function serveWebPage(fastify: FastifyInstance, folder: string): Promise<void> {
  await fastify.register(fastifyStatic, {
    root: folder,
    serve: false,
    cacheControl: false,
    // Packed once, by the build; where it did not, they are sent as they are.
    preCompressed: true,
  });
  const send = (request: FastifyRequest, reply: FastifyReply) => {
    const [path = '/'] = request.url.split('?');
    if (path.startsWith('/v1/') || extname(path) === '') return reply.callNotFound();
    if (HASHED.test(path)) {
      void reply.header('cache-control', `public, max-age=${YEAR_SECONDS}, immutable`);
    }
    return reply.sendFile(path);
  };
  for (const page of PAGES) fastify.get(page, (_, reply) => sendPage(reply));
  fastify.get('/*', send);
}

function sendPage(reply: FastifyReply): FastifyReply {
  void reply.header('cache-control', 'no-cache');
  return reply.sendFile('index.html');
}
