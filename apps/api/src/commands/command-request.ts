import type { FastifyRequest } from 'fastify';
import {
  API_SOURCE_PREFIX,
  COMMAND_TYPES,
  commandQuery,
  parseCommandData,
  parseIdempotencyKey,
  parseQuery,
  type CommandType,
} from '#contracts';
import type { SentCommand } from '#contracts/identity';
import { callerOf } from '../access/caller.js';
import { invalidRequest, notFound } from '../problems/problem.js';
import { headerText } from '../requests/header-text.js';

/** What was asked for, by whom, and what they call it; or a Problem that names every bad field. */
export function commandIn(request: FastifyRequest, type: string): SentCommand {
  const known = COMMAND_TYPES.find((one): one is CommandType => one === type);
  if (known === undefined) throw notFound(`There is no command ${JSON.stringify(type)}.`);
  const header = headerText(request.raw, 'Idempotency-Key');
  const id = header.ok ? parseIdempotencyKey(header.value) : header;
  const query = parseQuery(commandQuery, request.query);
  const body = parseCommandData(known, request.body ?? undefined);
  if (!id.ok || !query.ok || !body.ok) {
    throw invalidRequest([id, query, body].flatMap((parsed) => (parsed.ok ? [] : parsed.faults)));
  }
  return { ...body.value, id: id.value, source: API_SOURCE_PREFIX + callerOf(request).subject };
}
