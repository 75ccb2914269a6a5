import type { FastifyInstance } from 'fastify';
import { parseJsonBody } from './parse-json-body.js';

/** Bodies are JSON in UTF-8, and nothing else. */
export function bodiesAreJson(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_, bytes, done) => {
    const parsed = parseJsonBody(Buffer.from(bytes));
    if (parsed.ok) done(null, parsed.value);
    else done(parsed.problem);
  });
}
