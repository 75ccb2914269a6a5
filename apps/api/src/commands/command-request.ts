import type { FastifyRequest } from 'fastify';
import {
  COMMAND_TYPES,
  commandQuery,
  parseCommandData,
  parseIdempotencyKey,
  parseQuery,
  type CommandType,
} from '#contracts';
import type { SentCommand } from '#commands';
import { invalidRequest, notFound } from '../common/problems/problem.js';
import { readSingleHeader } from '../common/parsing/header-text.js';

/** The type that a path names, or a Problem. */
export function parseCommandType(type: string): CommandType {
  const known = COMMAND_TYPES.find((one): one is CommandType => one === type);
  if (known === undefined) throw notFound(`There is no command ${JSON.stringify(type)}.`);
  return known;
}

/** What was asked for, and what they call it; or a Problem that names every bad field. */
export function parseCommand(
  request: FastifyRequest,
  type: CommandType,
  source: string,
): SentCommand {
  const header = readSingleHeader(request.raw, 'Idempotency-Key');
  const id = header.ok ? parseIdempotencyKey(header.value) : header;
  const query = parseQuery(commandQuery, request.query);
  const body = parseCommandData(type, request.body ?? undefined);
  if (!id.ok || !query.ok || !body.ok) {
    throw invalidRequest([id, query, body].flatMap((parsed) => (parsed.ok ? [] : parsed.errors)));
  }
  return { ...body.value, id: id.value, source };
}
