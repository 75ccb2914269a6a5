import { extname } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Built files have a hash in their name and are cached permanently; the page itself is revalidated. */
const HASHED = /^\/assets\//;
const YEAR_SECONDS = 31_536_000;

/** The paths of the page: the usage of an account, the account as auditors see it, and the settings. */
const PAGES = ['/', '/audit', '/settings'];

/** Serves the page at its own paths, and its files. Every other path is answered 404. */
export async function serveWebPage(fastify: FastifyInstance, folder: string): Promise<void> {
  await fastify.register(fastifyStatic, {
    root: folder,
    serve: false,
    cacheControl: false,
    // Files that the build did not compress are sent uncompressed.
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
