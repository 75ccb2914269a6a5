import type { FastifyRequest } from 'fastify';
import {
  RULES_OF_EDGE,
  commandQuery,
  parseCommandData,
  parseIdempotencyKey,
  parseQuery,
  type CommandType,
} from '#contracts';
import type { SentCommand } from '#commands';
import { invalidRequest } from '../common/problems/problem.js';
import { readSingleHeader } from '../common/parsing/header-text.js';

/** Parses key, query and body together. Throws a Problem 400 that names every invalid field. */
export function parseCommand(
  request: FastifyRequest,
  type: CommandType,
  source: string,
): SentCommand {
  const header = readSingleHeader(request.raw, 'Idempotency-Key');
  const id = header.ok ? parseIdempotencyKey(header.value) : header;
  const query = parseQuery(commandQuery, request.query);
  const body = parseCommandData(type, request.body ?? undefined, RULES_OF_EDGE);
  if (!id.ok || !query.ok || !body.ok) {
    throw invalidRequest([id, query, body].flatMap((parsed) => (parsed.ok ? [] : parsed.errors)));
  }
  return { ...body.value, id: id.value, source };
}
