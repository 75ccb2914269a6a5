import type { FastifyInstance, FastifyRequest } from 'fastify';
import { compressedBody } from '../common/problems/problem.js';
import { parseJsonBody } from './parse-json-body.js';

/** Accepts only uncompressed bodies that are JSON in UTF-8. */
export function useJsonBodyParser(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    (request, bytes, done) => {
      if (isCompressed(request)) return done(compressedBody());
      const parsed = parseJsonBody(Buffer.from(bytes));
      if (parsed.ok) done(null, parsed.value);
      else done(parsed.problem);
    },
  );
}

/** The header lists the applied encodings in order, and `identity` means none. */
const isCompressed = ({ headers }: FastifyRequest): boolean =>
  (headers['content-encoding'] ?? '')
    .split(',')
    .map((encoding) => encoding.trim().toLowerCase())
    .some((encoding) => encoding !== '' && encoding !== 'identity');
